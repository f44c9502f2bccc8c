import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** Every file of bills that was ever taken in or refused, with what it changed. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('bill_revisions', (table) => {
    asciiColumn(table, db, 'revision_id').primary();
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    table.integer('revision').notNullable();
    asciiColumn(table, db, 'status', 16).notNullable();
    asciiColumn(table, db, 'mode', 8).notNullable();
    table.string('file_name', 200).notNullable();
    asciiColumn(table, db, 'file_sha256', 64).notNullable();
    asciiColumn(table, db, 'imported_by', 64).nullable();
    table.bigInteger('began_at_ms').notNullable();
    // Renewed while the file is read: one that is old belongs to a process that died.
    table.bigInteger('alive_at_ms').notNullable();
    table.bigInteger('ended_at_ms').nullable();
    longTextColumn(table, db, 'summary').notNullable();
    longTextColumn(table, db, 'problems').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('bill_revisions');
}
