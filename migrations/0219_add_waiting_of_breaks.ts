import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** What an open break waits for; null until somebody, or the automatic resolving, has looked at it. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('breaks', (table) => {
    asciiColumn(table, db, 'waits_for', 16).nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('breaks', (table) => {
    table.dropColumn('waits_for');
  });
}
