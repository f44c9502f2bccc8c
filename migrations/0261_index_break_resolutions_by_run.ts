import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('break_resolutions', (table) => {
    table.index(['run_id'], 'break_resolutions_by_run');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('break_resolutions', (table) => {
    table.dropIndex([], 'break_resolutions_by_run');
  });
}
