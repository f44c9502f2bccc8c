import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('agency_regions', (table) => {
    table.index(['agency_id'], 'agency_regions_agency');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('agency_regions', (table) => {
    table.dropIndex([], 'agency_regions_agency');
  });
}
