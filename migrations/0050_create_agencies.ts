import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** One row an agency: which version of its manifest is live. Small, so that lists never read manifests they skip. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('agencies', (table) => {
    asciiColumn(table, db, 'agency_id', 64).primary();
    asciiColumn(table, db, 'category', 32).notNullable();
    asciiColumn(table, db, 'connection_id', 64).notNullable();
    table.integer('live_version').notNullable();
    table.bigInteger('updated_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('agencies');
}
