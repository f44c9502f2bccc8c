import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.unique(['command_key'], { indexName: 'payments_command_key' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.dropUnique(['command_key'], 'payments_command_key');
  });
}
