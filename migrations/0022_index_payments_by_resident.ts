import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.index(['resident_id', 'payment_id'], 'payments_resident');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.dropIndex(['resident_id', 'payment_id'], 'payments_resident');
  });
}
