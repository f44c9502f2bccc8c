import type { Db } from '../src/infra/db/index.ts';

/** What was paid to one account today, where the agency limits it. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.index(['account_key', 'created_at_ms'], 'payments_account');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.dropIndex(['account_key', 'created_at_ms'], 'payments_account');
  });
}
