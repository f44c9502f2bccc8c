import type { Db } from '../src/infra/db/index.ts';

/** A date counts its runs. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('reconciliation_runs', (table) => {
    table.unique(['source_id', 'business_date', 'run_no'], { indexName: 'reconciliation_runs_no' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('reconciliation_runs', (table) => {
    table.dropUnique([], 'reconciliation_runs_no');
  });
}
