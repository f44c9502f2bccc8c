import type { Db } from '../src/infra/db/index.ts';

/** When somebody has to put the batch on the queue again, unless it has gone on by then; null where nothing is to be done. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('reconciliation_batches', (table) => {
    table.bigInteger('nudge_at_ms').nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('reconciliation_batches', (table) => {
    table.dropColumn('nudge_at_ms');
  });
}
