import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('breaks', (table) => {
    table.index(['source_id', 'business_date', 'fingerprint'], 'breaks_of_a_date');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('breaks', (table) => {
    table.dropIndex([], 'breaks_of_a_date');
  });
}
