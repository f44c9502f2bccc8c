import type { Db } from '../src/infra/db/index.ts';

/** All that a day’s books say of a debit, in their order: read from the index alone, without looking up a million payments. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.index(
      [
        'channel_id',
        'debited_at_ms',
        'payment_id',
        'agency_id',
        'currency',
        'debited_minor',
        'channel_reference',
      ],
      'payments_debited',
    );
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.dropIndex([], 'payments_debited');
  });
}
