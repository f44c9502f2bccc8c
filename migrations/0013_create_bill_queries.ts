import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.createTable('bill_queries', (table) => {
    asciiColumn(table, db, 'query_id').primary();
    asciiColumn(table, db, 'resident_id').notNullable();
    longTextColumn(table, db, 'sealed_query').notNullable();
    table.bigInteger('expires_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('bill_queries');
}
