import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payout_batches', (table) => {
    table.unique(['message_id'], { indexName: 'payout_batches_message' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payout_batches', (table) => {
    table.dropUnique(['message_id'], 'payout_batches_message');
  });
}
