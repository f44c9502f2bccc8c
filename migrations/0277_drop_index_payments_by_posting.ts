import type { Db } from '../src/infra/db/index.ts';

/** `payments_posted` begins with the same columns. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.dropIndex([], 'payments_by_posting');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.index(['connection_id', 'posted_at_ms', 'payment_id'], 'payments_by_posting');
  });
}
