import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** What an agency was told, so that nothing about its money changes behind its back. Nothing in it is personal data. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('agency_notices', (table) => {
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'notice_id').notNullable();
    asciiColumn(table, db, 'kind', 48).notNullable();
    table.text('params').notNullable();
    table.bigInteger('created_at_ms').notNullable();
    table.primary(['agency_id', 'notice_id'], 'agency_notices_pk');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('agency_notices');
}
