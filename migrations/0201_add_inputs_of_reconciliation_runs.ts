import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** All that went into a run, as one hash: the same again is no new run. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('reconciliation_runs', (table) => {
    asciiColumn(table, db, 'inputs_sha256', 64).notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('reconciliation_runs', (table) => {
    table.dropColumn('inputs_sha256');
  });
}
