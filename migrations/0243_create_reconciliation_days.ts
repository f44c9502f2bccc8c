import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** Business dates over all sources: each batch that comes to an end counts up, and the report says up to where it has counted. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('reconciliation_days', (table) => {
    asciiColumn(table, db, 'business_date', 10).primary();
    table.integer('changes').notNullable();
    table.integer('reported').notNullable();
    // When somebody has to put the date's report on the queue again; null once it is reported.
    table.bigInteger('nudge_at_ms').nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('reconciliation_days');
}
