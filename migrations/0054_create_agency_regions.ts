import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** Where each agency serves, for finding the agencies of a place without reading manifests. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('agency_regions', (table) => {
    asciiColumn(table, db, 'region', 6).notNullable();
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'category', 32).notNullable();
    table.primary(['region', 'agency_id'], 'agency_regions_pk');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('agency_regions');
}
