import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** Files of payouts for a bank. What is in one never changes: two people approve its hash. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('payout_batches', (table) => {
    asciiColumn(table, db, 'batch_id').primary();
    // What the bank calls it by.
    asciiColumn(table, db, 'message_id', 35).notNullable();
    asciiColumn(table, db, 'bank_id', 64).notNullable();
    asciiColumn(table, db, 'format', 16).notNullable();
    asciiColumn(table, db, 'currency', 3).notNullable();
    asciiColumn(table, db, 'execute_on', 10).notNullable();
    table.integer('instruction_count').notNullable();
    table.bigInteger('total_minor').notNullable();
    asciiColumn(table, db, 'sha256', 64).notNullable();
    longTextColumn(table, db, 'sealed_batch').notNullable();
    longTextColumn(table, db, 'sealed_file').notNullable();
    asciiColumn(table, db, 'state', 16).notNullable();
    asciiColumn(table, db, 'made_by', 64).notNullable();
    table.bigInteger('made_at_ms').notNullable();
    // Who sent it, or called it off.
    asciiColumn(table, db, 'ended_by', 64).nullable();
    table.bigInteger('ended_at_ms').nullable();
    table.text('reason').nullable();
    table.check("state in ('waiting', 'sent', 'cancelled')", [], 'payout_batches_state');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('payout_batches');
}
