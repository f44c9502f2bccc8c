import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** What reconciliation came to, of one source or of a whole date. One that says something else is another revision. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('reconciliation_reports', (table) => {
    asciiColumn(table, db, 'business_date', 10).notNullable();
    // Empty for the whole date.
    asciiColumn(table, db, 'source_id', 64).notNullable();
    table.integer('revision').notNullable();
    asciiColumn(table, db, 'digest', 64).notNullable();
    longTextColumn(table, db, 'content').notNullable();
    table.bigInteger('created_at_ms').notNullable();
    table.primary(['business_date', 'source_id', 'revision']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('reconciliation_reports');
}
