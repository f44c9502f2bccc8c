import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payout_instructions', (table) => {
    table.index(['batch_id'], 'payout_instructions_batch');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payout_instructions', (table) => {
    table.dropIndex([], 'payout_instructions_batch');
  });
}
