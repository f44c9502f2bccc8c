import type { Db } from '../src/infra/db/index.ts';

/** What a channel debited on a date, and what it did not debit, in the order of their ids. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.index(['channel_id', 'debited_at_ms', 'payment_id'], 'payments_by_debit');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.dropIndex([], 'payments_by_debit');
  });
}
