import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** Up to when our books have been looked through for what was booked late: one row. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('watched_books', (table) => {
    asciiColumn(table, db, 'book', 16).primary();
    table.bigInteger('until_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('watched_books');
}
