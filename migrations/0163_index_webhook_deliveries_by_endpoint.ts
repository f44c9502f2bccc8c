import type { Db } from '../src/infra/db/index.ts';

/** What failed at an endpoint, oldest first, to be sent again. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('webhook_deliveries', (table) => {
    table.index(['endpoint_id', 'status', 'delivery_id'], 'webhook_deliveries_endpoint');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('webhook_deliveries', (table) => {
    table.dropIndex(['endpoint_id', 'status', 'delivery_id'], 'webhook_deliveries_endpoint');
  });
}
