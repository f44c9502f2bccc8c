import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('journals', (table) => {
    // Nothing is journalled twice.
    table.unique(['subject_id', 'kind'], { indexName: 'journals_subject_kind' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('journals', (table) => {
    table.dropUnique(['subject_id', 'kind'], 'journals_subject_kind');
  });
}
