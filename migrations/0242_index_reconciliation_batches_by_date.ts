import type { Db } from '../src/infra/db/index.ts';

/** All sources of a date, newest dates first. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('reconciliation_batches', (table) => {
    table.index(['business_date', 'source_id'], 'reconciliation_batches_date');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('reconciliation_batches', (table) => {
    table.dropIndex([], 'reconciliation_batches_date');
  });
}
