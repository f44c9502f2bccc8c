import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payout_instructions', (table) => {
    table.unique(['active_settlement_id'], { indexName: 'payout_instructions_settlement' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payout_instructions', (table) => {
    table.dropUnique(['active_settlement_id'], 'payout_instructions_settlement');
  });
}
