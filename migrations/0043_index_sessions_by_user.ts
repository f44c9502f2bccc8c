import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('sessions', (table) => table.index(['user_id'], 'sessions_user'));
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('sessions', (table) => table.dropIndex(['user_id'], 'sessions_user'));
}
