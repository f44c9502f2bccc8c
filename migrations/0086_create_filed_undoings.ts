import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** What was undone of the postings: one row a posting, so that it is undone once. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('filed_undoings', (table) => {
    asciiColumn(table, db, 'original_reference').primary();
    asciiColumn(table, db, 'reference').notNullable();
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'way', 8).notNullable();
    asciiColumn(table, db, 'business_date', 10).notNullable();
    table.bigInteger('undone_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('filed_undoings');
}
