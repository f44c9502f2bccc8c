import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** What one window came to for one agency. A window is settled once. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('settlements', (table) => {
    asciiColumn(table, db, 'settlement_id').primary();
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'terms_id').notNullable();
    asciiColumn(table, db, 'currency', 3).notNullable();
    asciiColumn(table, db, 'basis', 8).notNullable();
    asciiColumn(table, db, 'window_from', 10).notNullable();
    asciiColumn(table, db, 'window_to', 10).notNullable();
    asciiColumn(table, db, 'due_on', 10).notNullable();
    for (const total of TOTALS) table.bigInteger(`${total}_minor`).notNullable();
    table.text('opening_reserves').notNullable();
    table.text('closing_reserves').notNullable();
    table.integer('item_count').notNullable();
    table.integer('held_count').notNullable();
    // When the items were read: what changed later is for a later window.
    table.bigInteger('items_as_of_ms').notNullable();
    table.bigInteger('created_at_ms').notNullable();
  });
}

const TOTALS = [
  'carried_in',
  'gross',
  'refunds',
  'fees',
  'fees_returned',
  'adjustments',
  'payouts_returned',
  'reserve_released',
  'reserve_held',
  'net',
  'payout',
  'carried_out',
];

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('settlements');
}
