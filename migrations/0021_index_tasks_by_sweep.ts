import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('tasks', (table) => {
    table.index(['state', 'sweep_at_ms'], 'tasks_state_sweep');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('tasks', (table) => {
    table.dropIndex(['state', 'sweep_at_ms'], 'tasks_state_sweep');
  });
}
