import type { Db } from '../src/infra/db/index.ts';

/** `open_payment_id` is null once a dispute is answered, and nulls do not meet. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('disputes', (table) => {
    table.unique(['open_payment_id'], { indexName: 'disputes_open' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('disputes', (table) => {
    table.dropUnique(['open_payment_id'], 'disputes_open');
  });
}
