import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** Each time a version was made live: from when, where, for whom, by whom and on whose approval. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('agency_releases', (table) => {
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'release_id').notNullable();
    table.integer('version').notNullable();
    table.bigInteger('effective_from_ms').notNullable();
    table.text('regions').nullable();
    table.smallint('share_percent').notNullable();
    // Null where the program did it by itself, as a demo's seed does.
    asciiColumn(table, db, 'released_by', 64).nullable();
    asciiColumn(table, db, 'request_id').nullable();
    table.bigInteger('released_at_ms').notNullable();
    table.primary(['agency_id', 'release_id'], 'agency_releases_pk');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('agency_releases');
}
