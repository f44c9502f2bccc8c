import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('sign_in_guards', (table) => table.index(['last_at_ms'], 'sign_in_guards_last'));
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('sign_in_guards', (table) =>
    table.dropIndex(['last_at_ms'], 'sign_in_guards_last'),
  );
}
