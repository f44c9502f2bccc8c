import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('breaks', (table) => {
    table.index(['state', 'due_at_ms'], 'breaks_by_state');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('breaks', (table) => {
    table.dropIndex([], 'breaks_by_state');
  });
}
