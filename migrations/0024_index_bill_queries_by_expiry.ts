import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('bill_queries', (table) => {
    table.index(['expires_at_ms'], 'bill_queries_expires');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('bill_queries', (table) => {
    table.dropIndex(['expires_at_ms'], 'bill_queries_expires');
  });
}
