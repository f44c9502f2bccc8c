import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('break_rows', (table) => {
    table.index(['payment_id'], 'break_rows_payment');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('break_rows', (table) => {
    table.dropIndex([], 'break_rows_payment');
  });
}
