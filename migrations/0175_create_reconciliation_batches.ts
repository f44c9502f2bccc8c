import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** The plan: every business date of every source, and how far it is. The queue only nudges; this is the truth. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('reconciliation_batches', (table) => {
    asciiColumn(table, db, 'source_id', 64).notNullable();
    asciiColumn(table, db, 'business_date', 10).notNullable();
    asciiColumn(table, db, 'phase', 16).notNullable();
    asciiColumn(table, db, 'state', 16).notNullable();
    // Grows with every claim: who holds a smaller one writes nothing any more.
    table.integer('fence').notNullable();
    table.bigInteger('claimed_until_ms').notNullable();
    table.bigInteger('due_at_ms').notNullable();
    table.integer('attempts').notNullable();
    asciiColumn(table, db, 'ours_id').nullable();
    asciiColumn(table, db, 'theirs_id').nullable();
    // The run that holds now.
    asciiColumn(table, db, 'run_id').nullable();
    longTextColumn(table, db, 'progress').notNullable();
    longTextColumn(table, db, 'problem').nullable();
    table.bigInteger('updated_at_ms').notNullable();
    table.primary(['source_id', 'business_date']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('reconciliation_batches');
}
