import type { Db } from '../src/infra/db/index.ts';

/** When our books were read for a batch, and from when on a reading has all that is known to be booked of its date. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('reconciliation_batches', (table) => {
    table.bigInteger('books_read_at_ms').nullable();
    table.bigInteger('books_complete_at_ms').nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('reconciliation_batches', (table) => {
    table.dropColumns('books_read_at_ms', 'books_complete_at_ms');
  });
}
