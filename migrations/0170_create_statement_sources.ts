import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** Whose word our books are held against: one row a connection that gives a file of each business date. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('statement_sources', (table) => {
    // The connection's id.
    asciiColumn(table, db, 'source_id', 64).primary();
    asciiColumn(table, db, 'role', 16).notNullable();
    asciiColumn(table, db, 'currency', 3).notNullable();
    asciiColumn(table, db, 'time_zone', 64).notNullable();
    asciiColumn(table, db, 'cut_off', 5).notNullable();
    // How the files are read, and by which rules they are matched.
    longTextColumn(table, db, 'settings').notNullable();
    table.bigInteger('updated_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('statement_sources');
}
