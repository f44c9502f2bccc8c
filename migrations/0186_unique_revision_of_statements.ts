import type { Db } from '../src/infra/db/index.ts';

/** A revision has one statement. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('statements', (table) => {
    table.unique(['source_id', 'side', 'business_date', 'revision'], { indexName: 'statements_revision' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('statements', (table) => {
    table.dropUnique([], 'statements_revision');
  });
}
