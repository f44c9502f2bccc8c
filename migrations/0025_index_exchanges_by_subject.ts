import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('exchanges', (table) => {
    table.index(['subject_id'], 'exchanges_subject');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('exchanges', (table) => {
    table.dropIndex(['subject_id'], 'exchanges_subject');
  });
}
