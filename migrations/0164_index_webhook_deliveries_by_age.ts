import type { Db } from '../src/infra/db/index.ts';

/** What has been kept long enough. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('webhook_deliveries', (table) => {
    table.index(['created_at_ms'], 'webhook_deliveries_age');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('webhook_deliveries', (table) => {
    table.dropIndex(['created_at_ms'], 'webhook_deliveries_age');
  });
}
