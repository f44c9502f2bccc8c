import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('disputes', (table) => {
    table.index(['payment_id', 'dispute_id'], 'disputes_payment');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('disputes', (table) => {
    table.dropIndex(['payment_id', 'dispute_id'], 'disputes_payment');
  });
}
