import type { Db } from '../src/infra/db/index.ts';

/** The payment advice of a day. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('filed_undoings', (table) => {
    table.index(['agency_id', 'business_date'], 'filed_undoings_by_date');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('filed_undoings', (table) => {
    table.dropIndex(['agency_id', 'business_date'], 'filed_undoings_by_date');
  });
}
