import type { Db } from '../src/infra/db/index.ts';

/** What went back of one payment. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payment_returns', (table) => {
    table.index(['payment_id'], 'payment_returns_of_payment');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payment_returns', (table) => {
    table.dropIndex([], 'payment_returns_of_payment');
  });
}
