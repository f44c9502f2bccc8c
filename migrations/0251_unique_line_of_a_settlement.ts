import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('settlement_items', (table) => {
    table.unique(['settlement_id', 'line_no'], { indexName: 'settlement_items_line' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('settlement_items', (table) => {
    table.dropUnique(['settlement_id', 'line_no'], 'settlement_items_line');
  });
}
