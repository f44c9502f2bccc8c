import type { Db } from '../src/infra/db/index.ts';

/** A row belongs to one break at a time. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('break_rows', (table) => {
    table.unique(['statement_id', 'row_no', 'is_active'], { indexName: 'break_rows_active' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('break_rows', (table) => {
    table.dropUnique([], 'break_rows_active');
  });
}
