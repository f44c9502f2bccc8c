import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** What each settlement is made of. An item is settled once: its key knows no settlement. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('settlement_items', (table) => {
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'item_id', 64).notNullable();
    asciiColumn(table, db, 'settlement_id').notNullable();
    table.integer('line_no').notNullable();
    asciiColumn(table, db, 'kind', 16).notNullable();
    asciiColumn(table, db, 'payment_id', 64).nullable();
    asciiColumn(table, db, 'business_date', 10).notNullable();
    table.bigInteger('amount_minor').notNullable();
    table.bigInteger('fee_minor').notNullable();
    table.text('note').nullable();
    table.primary(['agency_id', 'item_id']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('settlement_items');
}
