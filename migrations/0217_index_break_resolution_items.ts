import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('break_resolution_items', (table) => {
    table.index(['resolution_id'], 'break_resolution_items_of');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('break_resolution_items', (table) => {
    table.dropIndex([], 'break_resolution_items_of');
  });
}
