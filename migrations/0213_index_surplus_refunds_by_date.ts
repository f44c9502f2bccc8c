import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('surplus_refunds', (table) => {
    table.index(['channel_id', 'refunded_at_ms'], 'surplus_refunds_by_date');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('surplus_refunds', (table) => {
    table.dropIndex([], 'surplus_refunds_by_date');
  });
}
