import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** Which bills are paid, whatever later files say of them: a bill has one posting, until it is undone. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('filed_payments_of_bills', (table) => {
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'account_index', 22).notNullable();
    table.string('bill_id', 64).notNullable();
    asciiColumn(table, db, 'reference').notNullable();
    table.primary(['agency_id', 'account_index', 'bill_id']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('filed_payments_of_bills');
}
