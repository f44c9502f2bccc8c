import type { Db } from '../src/infra/db/index.ts';

/** A piece of a statement has one active sheet, and so each of its rows one claim. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('match_sheets', (table) => {
    table.unique(['statement_id', 'chunk_no', 'is_active'], { indexName: 'match_sheets_active' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('match_sheets', (table) => {
    table.dropUnique([], 'match_sheets_active');
  });
}
