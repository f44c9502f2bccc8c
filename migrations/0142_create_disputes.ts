import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.createTable('disputes', (table) => {
    asciiColumn(table, db, 'dispute_id').primary();
    asciiColumn(table, db, 'payment_id').notNullable();
    // The payment's id while the dispute is open, then null: a payment has one open dispute at most.
    asciiColumn(table, db, 'open_payment_id').nullable();
    asciiColumn(table, db, 'resident_id').notNullable();
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'reason', 24).notNullable();
    longTextColumn(table, db, 'sealed_note').nullable();
    asciiColumn(table, db, 'status', 16).notNullable();
    table.bigInteger('opened_at_ms').notNullable();
    table.bigInteger('due_at_ms').notNullable();
    table.bigInteger('answered_at_ms').nullable();
    longTextColumn(table, db, 'sealed_answer').nullable();
    asciiColumn(table, db, 'answered_by').nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('disputes');
}
