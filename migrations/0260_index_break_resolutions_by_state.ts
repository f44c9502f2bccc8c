import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('break_resolutions', (table) => {
    table.index(['state', 'resolution_id'], 'break_resolutions_by_state');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('break_resolutions', (table) => {
    table.dropIndex([], 'break_resolutions_by_state');
  });
}
