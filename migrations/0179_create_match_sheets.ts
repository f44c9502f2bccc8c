import { asciiColumn, bytesColumn, type Db } from '../src/infra/db/index.ts';

/**
 * What became of each row of a piece of a statement: one slot a row, with its match and how it was found. Of a piece there is
 * one active sheet, and a slot holds one match: a row can't be claimed twice.
 */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('match_sheets', (table) => {
    asciiColumn(table, db, 'run_id').notNullable();
    asciiColumn(table, db, 'statement_id').notNullable();
    table.integer('chunk_no').notNullable();
    table.integer('row_count').notNullable();
    bytesColumn(table, db, 'slots').notNullable();
    // 1, or null once another run took its place.
    table.smallint('is_active').nullable();
    table.primary(['run_id', 'statement_id', 'chunk_no'], 'match_sheets_pk');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('match_sheets');
}
