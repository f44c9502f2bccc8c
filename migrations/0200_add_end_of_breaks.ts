import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** How a break was closed, and by which run, where one did: a run that takes that one's place asks again. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('breaks', (table) => {
    asciiColumn(table, db, 'how', 16).nullable();
    asciiColumn(table, db, 'closed_by_run_id').nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('breaks', (table) => {
    table.dropColumns('how', 'closed_by_run_id');
  });
}
