import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('agency_keys', (table) => {
    table.index(['agency_id', 'key_id'], 'agency_keys_agency');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('agency_keys', (table) => {
    table.dropIndex([], 'agency_keys_agency');
  });
}
