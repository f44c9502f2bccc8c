import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('staff', (table) => {
    table.index(['agency_id', 'staff_id'], 'staff_agency');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('staff', (table) => {
    table.dropIndex([], 'staff_agency');
  });
}
