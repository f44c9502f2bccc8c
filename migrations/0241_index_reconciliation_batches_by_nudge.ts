import type { Db } from '../src/infra/db/index.ts';

/** The watchdog finds what should run and does not. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('reconciliation_batches', (table) => {
    table.index(['nudge_at_ms'], 'reconciliation_batches_nudge');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('reconciliation_batches', (table) => {
    table.dropIndex([], 'reconciliation_batches_nudge');
  });
}
