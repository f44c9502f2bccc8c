import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('agencies', (table) => {
    table.index(['next_from_ms'], 'agencies_next');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('agencies', (table) => {
    table.dropIndex([], 'agencies_next');
  });
}
