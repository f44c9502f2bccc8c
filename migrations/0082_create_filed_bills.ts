import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** What the agencies' files say is owed. An account is found by its blind index; its number and its holder are sealed. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('filed_bills', (table) => {
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'account_index', 22).notNullable();
    table.string('bill_id', 64).notNullable();
    table.integer('revision').notNullable();
    table.bigInteger('amount_minor').notNullable();
    asciiColumn(table, db, 'due_date', 10).nullable();
    // Period, charges and other amounts, as JSON.
    table.string('details', 2_000).notNullable();
    asciiColumn(table, db, 'sealed_account', 600).notNullable();
    table.primary(['agency_id', 'account_index', 'bill_id', 'revision']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('filed_bills');
}
