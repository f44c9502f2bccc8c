import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('agencies', (table) => {
    table.index(['category', 'agency_id'], 'agencies_category');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('agencies', (table) => {
    table.dropIndex([], 'agencies_category');
  });
}
