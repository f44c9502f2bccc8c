import type { Db } from '../src/infra/db/index.ts';

/** A version is kept from its first draft on; from when it holds is said by `agency_releases`. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('agency_manifests', (table) => {
    table.renameColumn('effective_from_ms', 'created_at_ms');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('agency_manifests', (table) => {
    table.renameColumn('created_at_ms', 'effective_from_ms');
  });
}
