import type { Db } from '../src/infra/db/index.ts';

/** `is_active` is null once an item no longer holds, and nulls do not meet. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('break_resolution_items', (table) => {
    table.unique(['break_id', 'is_active'], { indexName: 'break_resolution_items_active' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('break_resolution_items', (table) => {
    table.dropUnique(['break_id', 'is_active'], 'break_resolution_items_active');
  });
}
