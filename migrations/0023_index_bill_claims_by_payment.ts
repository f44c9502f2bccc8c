import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('bill_claims', (table) => {
    table.index(['payment_id'], 'bill_claims_payment');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('bill_claims', (table) => {
    table.dropIndex(['payment_id'], 'bill_claims_payment');
  });
}
