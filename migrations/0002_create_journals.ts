import { asciiColumn, type Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.createTable('journals', (table) => {
    asciiColumn(table, db, 'journal_id').primary();
    asciiColumn(table, db, 'kind', 24).notNullable();
    // What it is about.
    asciiColumn(table, db, 'subject_id').notNullable();
    asciiColumn(table, db, 'business_date', 10).notNullable();
    table.bigInteger('created_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('journals');
}
