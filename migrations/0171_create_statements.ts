import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** What one side says of a business date: their file, or what our books said at that moment. Each revision stays. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('statements', (table) => {
    asciiColumn(table, db, 'statement_id').primary();
    asciiColumn(table, db, 'source_id', 64).notNullable();
    asciiColumn(table, db, 'side', 8).notNullable();
    asciiColumn(table, db, 'business_date', 10).notNullable();
    table.integer('revision').notNullable();
    asciiColumn(table, db, 'status', 16).notNullable();
    table.string('file_name', 200).notNullable();
    asciiColumn(table, db, 'format', 64).nullable();
    asciiColumn(table, db, 'file_sha256', 64).notNullable();
    asciiColumn(table, db, 'rows_sha256', 64).notNullable();
    table.integer('row_count').notNullable();
    // What the institution calls it: missing numbers are missing files.
    table.string('sequence', 35).nullable();
    longTextColumn(table, db, 'summary').notNullable();
    longTextColumn(table, db, 'findings').notNullable();
    asciiColumn(table, db, 'received_by', 64).nullable();
    table.bigInteger('received_at_ms').notNullable();
    asciiColumn(table, db, 'decided_by', 64).nullable();
    table.bigInteger('decided_at_ms').nullable();
    table.text('decision_reason').nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('statements');
}
