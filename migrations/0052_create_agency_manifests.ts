import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** Every version of every manifest: payments refer to the one that was live when they were made. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('agency_manifests', (table) => {
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    table.integer('version').notNullable();
    asciiColumn(table, db, 'content_hash', 64).notNullable();
    longTextColumn(table, db, 'manifest').notNullable();
    table.bigInteger('effective_from_ms').notNullable();
    table.primary(['agency_id', 'version'], 'agency_manifests_pk');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('agency_manifests');
}
