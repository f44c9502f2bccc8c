import type { Db } from '../src/infra/db/index.ts';

/** Of two imports of an agency that begin at once, one gets the number. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('bill_revisions', (table) => {
    table.unique(['agency_id', 'revision'], { indexName: 'bill_revisions_of_agency' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('bill_revisions', (table) => {
    table.dropUnique(['agency_id', 'revision'], 'bill_revisions_of_agency');
  });
}
