import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** Months whose books are closed: what is booked after that moment belongs to the next open month. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('closed_months', (table) => {
    asciiColumn(table, db, 'month', 7).primary();
    // Journals of up to this moment are in it.
    table.bigInteger('as_of_ms').notNullable();
    table.integer('journal_count').notNullable();
    longTextColumn(table, db, 'totals').notNullable();
    // Of the journals as they are exported.
    asciiColumn(table, db, 'sha256', 64).notNullable();
    asciiColumn(table, db, 'closed_by', 64).notNullable();
    table.bigInteger('closed_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('closed_months');
}
