import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.createTable('payments', (table) => {
    asciiColumn(table, db, 'payment_id').primary();
    asciiColumn(table, db, 'resident_id').notNullable();
    asciiColumn(table, db, 'command_key', 43).nullable();
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    table.integer('manifest_version').notNullable();
    asciiColumn(table, db, 'connection_id', 64).notNullable();
    asciiColumn(table, db, 'channel_id', 64).notNullable();
    asciiColumn(table, db, 'status', 16).notNullable();
    table.integer('version').notNullable();
    asciiColumn(table, db, 'currency', 3).notNullable();
    table.bigInteger('amount_minor').notNullable();
    table.bigInteger('debited_minor').nullable();
    // Inputs, holder and query reference: personal data.
    longTextColumn(table, db, 'sealed_details').notNullable();
    table.string('masked_account', 64).notNullable();
    table.text('bills').notNullable();
    table.string('confirm_url', 500).nullable();
    table.bigInteger('created_at_ms').notNullable();
    table.bigInteger('expires_at_ms').notNullable();
    table.bigInteger('debited_at_ms').nullable();
    table.string('channel_reference', 64).nullable();
    table.bigInteger('posted_at_ms').nullable();
    table.string('agency_reference', 64).nullable();
    table.bigInteger('refunded_at_ms').nullable();
    table.smallint('refund_round').notNullable();
    table.bigInteger('promised_by_ms').nullable();
    table.string('reason', 400).nullable();
    table.bigInteger('updated_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('payments');
}
