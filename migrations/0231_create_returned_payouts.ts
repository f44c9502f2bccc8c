import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** Payouts that came back, or never left: owed again, as an item of the next window. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('returned_payouts', (table) => {
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'instruction_id', 35).notNullable();
    asciiColumn(table, db, 'business_date', 10).notNullable();
    table.bigInteger('amount_minor').notNullable();
    table.text('note').notNullable();
    table.bigInteger('created_at_ms').notNullable();
    table.primary(['agency_id', 'instruction_id']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('returned_payouts');
}
