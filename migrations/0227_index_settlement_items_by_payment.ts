import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('settlement_items', (table) => {
    table.index(['payment_id'], 'settlement_items_payment');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('settlement_items', (table) => {
    table.dropIndex([], 'settlement_items_payment');
  });
}
