import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('approval_requests', (table) => {
    table.index(['subject_id', 'kind', 'request_id'], 'approval_requests_subject');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('approval_requests', (table) => {
    table.dropIndex([], 'approval_requests_subject');
  });
}
