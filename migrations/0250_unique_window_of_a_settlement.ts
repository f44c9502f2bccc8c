import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('settlements', (table) => {
    table.unique(['agency_id', 'window_to'], { indexName: 'settlements_window' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('settlements', (table) => {
    table.dropUnique(['agency_id', 'window_to'], 'settlements_window');
  });
}
