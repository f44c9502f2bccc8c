import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** Providers and channels with their settings and secrets, which are sealed. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('connections', (table) => {
    asciiColumn(table, db, 'connection_id', 64).primary();
    asciiColumn(table, db, 'plug', 16).notNullable();
    asciiColumn(table, db, 'kind', 64).notNullable();
    longTextColumn(table, db, 'settings_sealed').notNullable();
    table.integer('max_concurrency').notNullable();
    table.integer('rate_per_second').notNullable();
    table.bigInteger('updated_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('connections');
}
