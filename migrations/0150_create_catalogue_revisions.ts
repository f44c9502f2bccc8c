import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** What a connection that carries many agencies listed, each time that it listed something else. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('catalogue_revisions', (table) => {
    asciiColumn(table, db, 'connection_id', 64).notNullable();
    asciiColumn(table, db, 'revision_id').notNullable();
    asciiColumn(table, db, 'content_hash', 64).notNullable();
    // JSON, in the order of the connection's own codes.
    longTextColumn(table, db, 'listings').notNullable();
    table.bigInteger('fetched_at_ms').notNullable();
    table.primary(['connection_id', 'revision_id'], 'catalogue_revisions_pk');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('catalogue_revisions');
}
