import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/**
 * What went back: postings undone at agencies, debits given back at channels, ordered or done. By the connection that it was asked
 * over, so that the few of a day are found among millions of payments.
 */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('payment_returns', (table) => {
    // Our reference of the undoing or refund.
    asciiColumn(table, db, 'reference').primary();
    asciiColumn(table, db, 'payment_id').notNullable();
    asciiColumn(table, db, 'connection_id', 64).notNullable();
    asciiColumn(table, db, 'kind', 16).notNullable();
    asciiColumn(table, db, 'status', 8).notNullable();
    // When the other side did it, as it says; when it was ordered, until then.
    table.bigInteger('at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('payment_returns');
}
