import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('residents', (table) =>
    table.unique(['phone_index'], { indexName: 'residents_phone' }),
  );
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('residents', (table) => table.dropUnique(['phone_index'], 'residents_phone'));
}
