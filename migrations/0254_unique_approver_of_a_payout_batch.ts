import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payout_approvals', (table) => {
    table.unique(['batch_id', 'approved_by'], { indexName: 'payout_approvals_two_people' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payout_approvals', (table) => {
    table.dropUnique(['batch_id', 'approved_by'], 'payout_approvals_two_people');
  });
}
