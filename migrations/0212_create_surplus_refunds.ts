import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** What channels took beyond a payment and are told to give back: one row a refund, however often it is asked about. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('surplus_refunds', (table) => {
    // The reference at the channel.
    asciiColumn(table, db, 'refund_id').primary();
    asciiColumn(table, db, 'payment_id').notNullable();
    asciiColumn(table, db, 'channel_id', 64).notNullable();
    asciiColumn(table, db, 'currency', 3).notNullable();
    table.bigInteger('amount_minor').notNullable();
    asciiColumn(table, db, 'status', 24).notNullable();
    table.integer('version').notNullable();
    table.text('reason').nullable();
    table.bigInteger('created_at_ms').notNullable();
    table.bigInteger('refunded_at_ms').nullable();
    table.bigInteger('updated_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('surplus_refunds');
}
