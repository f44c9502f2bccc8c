import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** One row an agency whose books we keep: how its files are read, and which revisions of its bills hold. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('bill_books', (table) => {
    asciiColumn(table, db, 'agency_id', 64).primary();
    asciiColumn(table, db, 'connection_id', 64).notNullable();
    asciiColumn(table, db, 'currency', 3).notNullable();
    asciiColumn(table, db, 'time_zone', 64).notNullable();
    asciiColumn(table, db, 'cut_off', 5).notNullable();
    longTextColumn(table, db, 'setup').notNullable();
    // Bills of revisions from base to live hold; of one bill, the latest.
    table.integer('base_revision').notNullable();
    table.integer('live_revision').notNullable();
    // Up to here, rows that a later revision took the place of are gone.
    table.integer('tidied_revision').notNullable();
    table.bigInteger('updated_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('bill_books');
}
