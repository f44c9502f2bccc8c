import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** Differences that reconciliation found, and what becomes of them. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('breaks', (table) => {
    asciiColumn(table, db, 'break_id').primary();
    asciiColumn(table, db, 'source_id', 64).notNullable();
    asciiColumn(table, db, 'business_date', 10).notNullable();
    // The run that found it first, and the last one that still did.
    asciiColumn(table, db, 'run_id').notNullable();
    asciiColumn(table, db, 'last_run_id').notNullable();
    asciiColumn(table, db, 'class', 16).notNullable();
    asciiColumn(table, db, 'rule', 24).notNullable();
    // What its rows say, whichever file or revision they stand in: the same break is found again by it.
    asciiColumn(table, db, 'fingerprint', 64).notNullable();
    asciiColumn(table, db, 'currency', 3).notNullable();
    // What is at stake, never negative: the larger of both sides.
    table.bigInteger('amount_minor').notNullable();
    // Theirs less ours; null where currencies differ or a row can't be read.
    table.bigInteger('difference_minor').nullable();
    table.text('scores').notNullable();
    asciiColumn(table, db, 'state', 16).notNullable();
    // Grows with each change; who saw a smaller one changes nothing.
    table.integer('version').notNullable();
    asciiColumn(table, db, 'severity', 8).notNullable();
    asciiColumn(table, db, 'owner', 64).nullable();
    table.bigInteger('opened_at_ms').notNullable();
    table.bigInteger('due_at_ms').notNullable();
    table.bigInteger('closed_at_ms').nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('breaks');
}
