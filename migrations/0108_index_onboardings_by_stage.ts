import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('onboardings', (table) => {
    table.index(['stage', 'agency_id'], 'onboardings_stage');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('onboardings', (table) => {
    table.dropIndex([], 'onboardings_stage');
  });
}
