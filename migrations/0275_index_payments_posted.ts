import type { Db } from '../src/infra/db/index.ts';

/** The same of a posting. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.index(
      [
        ...['connection_id', 'posted_at_ms', 'payment_id', 'agency_id', 'currency'],
        ...['amount_minor', 'agency_minor', 'agency_reference'],
      ],
      'payments_posted',
    );
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.dropIndex([], 'payments_posted');
  });
}
