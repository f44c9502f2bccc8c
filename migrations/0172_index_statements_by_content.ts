import type { Db } from '../src/infra/db/index.ts';

/** The same rows under another name are found by what they say. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('statements', (table) => {
    table.index(['rows_sha256'], 'statements_rows');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('statements', (table) => {
    table.dropIndex([], 'statements_rows');
  });
}
