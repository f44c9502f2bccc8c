import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** One matching of two statements: what went in, by which rules, what came out, and the proof. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('reconciliation_runs', (table) => {
    asciiColumn(table, db, 'run_id').primary();
    asciiColumn(table, db, 'source_id', 64).notNullable();
    asciiColumn(table, db, 'business_date', 10).notNullable();
    table.integer('run_no').notNullable();
    asciiColumn(table, db, 'ours_id').notNullable();
    // Null where their file had not come.
    asciiColumn(table, db, 'theirs_id').nullable();
    asciiColumn(table, db, 'previous_run_id').nullable();
    longTextColumn(table, db, 'rules').notNullable();
    table.integer('match_count').notNullable();
    table.integer('break_count').notNullable();
    longTextColumn(table, db, 'proof').notNullable();
    asciiColumn(table, db, 'digest', 64).notNullable();
    longTextColumn(table, db, 'difference').notNullable();
    table.bigInteger('created_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('reconciliation_runs');
}
