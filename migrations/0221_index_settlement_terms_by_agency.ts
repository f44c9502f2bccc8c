import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('settlement_terms', (table) => {
    table.index(['agency_id', 'effective_from'], 'settlement_terms_agency');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('settlement_terms', (table) => {
    table.dropIndex([], 'settlement_terms_agency');
  });
}
