import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** What each settlement left out, and why; the next one looks at it again. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('settlement_held_items', (table) => {
    asciiColumn(table, db, 'settlement_id').notNullable();
    asciiColumn(table, db, 'item_id', 64).notNullable();
    asciiColumn(table, db, 'kind', 16).notNullable();
    asciiColumn(table, db, 'payment_id', 64).nullable();
    asciiColumn(table, db, 'business_date', 10).notNullable();
    table.bigInteger('amount_minor').notNullable();
    table.bigInteger('fee_minor').notNullable();
    asciiColumn(table, db, 'state', 16).notNullable();
    asciiColumn(table, db, 'reason', 16).notNullable();
    table.text('note').nullable();
    table.primary(['settlement_id', 'item_id']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('settlement_held_items');
}
