import type { Db } from '../src/infra/db/index.ts';

/** An agency's log, newest first. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('webhook_deliveries', (table) => {
    table.index(['agency_id', 'delivery_id'], 'webhook_deliveries_agency');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('webhook_deliveries', (table) => {
    table.dropIndex(['agency_id', 'delivery_id'], 'webhook_deliveries_agency');
  });
}
