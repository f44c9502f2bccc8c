import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('staff', (table) => table.unique(['email_index'], { indexName: 'staff_email' }));
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('staff', (table) => table.dropUnique(['email_index'], 'staff_email'));
}
