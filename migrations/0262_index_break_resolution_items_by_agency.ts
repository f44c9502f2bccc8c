import type { Db } from '../src/infra/db/index.ts';

/** What closed breaks left on an agency's account is asked for at each of its settlements. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('break_resolution_items', (table) => {
    table.index(['agency_id'], 'break_resolution_items_agency');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('break_resolution_items', (table) => {
    table.dropIndex([], 'break_resolution_items_agency');
  });
}
