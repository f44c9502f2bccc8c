import type { Db } from '../src/infra/db/index.ts';

/** An agency's disputes, and those of them that wait for its answer. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('disputes', (table) => {
    table.index(['agency_id', 'status', 'dispute_id'], 'disputes_agency');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('disputes', (table) => {
    table.dropIndex(['agency_id', 'status', 'dispute_id'], 'disputes_agency');
  });
}
