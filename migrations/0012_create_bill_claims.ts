import { asciiColumn, type Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.createTable('bill_claims', (table) => {
    // Blind index of agency, account and bill: one payment at a time may hold it.
    asciiColumn(table, db, 'bill_key', 43).primary();
    asciiColumn(table, db, 'payment_id').notNullable();
    table.bigInteger('released_at_ms').nullable();
    asciiColumn(table, db, 'released_as', 16).nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('bill_claims');
}
