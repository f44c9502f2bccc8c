import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** What was posted to the books we keep, or refused for good: one row a reference. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('filed_postings', (table) => {
    asciiColumn(table, db, 'reference').primary();
    asciiColumn(table, db, 'connection_id', 64).notNullable();
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'account_index', 22).notNullable();
    asciiColumn(table, db, 'status', 16).notNullable();
    asciiColumn(table, db, 'reason', 32).nullable();
    asciiColumn(table, db, 'currency', 3).notNullable();
    table.bigInteger('amount_minor').notNullable();
    // The agency's own date, by its cut-off.
    asciiColumn(table, db, 'business_date', 10).notNullable();
    table.bigInteger('debited_at_ms').notNullable();
    table.bigInteger('posted_at_ms').notNullable();
    // Account, bills and payer: personal data.
    longTextColumn(table, db, 'sealed_details').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('filed_postings');
}
