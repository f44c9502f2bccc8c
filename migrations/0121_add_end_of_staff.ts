import type { Db } from '../src/infra/db/index.ts';

/** Since when somebody may not sign in any more; null while they may. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('staff', (table) => {
    table.bigInteger('disabled_at_ms').nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('staff', (table) => {
    table.dropColumn('disabled_at_ms');
  });
}
