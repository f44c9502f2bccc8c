import type { Db } from '../src/infra/db/index.ts';

/** What the agency is owed of a payment once it is posted: said with the payment, so that a day’s books need not look into its fees. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.bigInteger('agency_minor').nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.dropColumn('agency_minor');
  });
}
