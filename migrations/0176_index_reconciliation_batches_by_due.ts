import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('reconciliation_batches', (table) => {
    table.index(['state', 'due_at_ms'], 'reconciliation_batches_due');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('reconciliation_batches', (table) => {
    table.dropIndex([], 'reconciliation_batches_due');
  });
}
