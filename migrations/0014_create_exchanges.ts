import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.createTable('exchanges', (table) => {
    asciiColumn(table, db, 'exchange_id').primary();
    // The payment it was about.
    asciiColumn(table, db, 'subject_id').notNullable();
    asciiColumn(table, db, 'connection_id', 64).notNullable();
    asciiColumn(table, db, 'operation', 24).notNullable();
    table.bigInteger('at_ms').notNullable();
    table.integer('duration_ms').notNullable();
    asciiColumn(table, db, 'method', 8).notNullable();
    table.string('url', 500).notNullable();
    table.integer('http_status').notNullable();
    asciiColumn(table, db, 'result', 24).notNullable();
    longTextColumn(table, db, 'sealed_request').notNullable();
    longTextColumn(table, db, 'sealed_response').notNullable();
    asciiColumn(table, db, 'request_sha256', 64).notNullable();
    asciiColumn(table, db, 'response_sha256', 64).notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('exchanges');
}
