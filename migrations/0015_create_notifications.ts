import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.createTable('notifications', (table) => {
    // What channels and agencies tell us unasked; delivered again, it is the same row.
    asciiColumn(table, db, 'connection_id', 64).notNullable();
    asciiColumn(table, db, 'event_id', 128).notNullable();
    table.bigInteger('received_at_ms').notNullable();
    longTextColumn(table, db, 'sealed_body').notNullable();
    asciiColumn(table, db, 'body_sha256', 64).notNullable();
    table.primary(['connection_id', 'event_id']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('notifications');
}
