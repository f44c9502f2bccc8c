import type { Db } from '../src/infra/db/index.ts';

/** `payments_debited` begins with the same columns. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.dropIndex([], 'payments_by_debit');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.index(['channel_id', 'debited_at_ms', 'payment_id'], 'payments_by_debit');
  });
}
