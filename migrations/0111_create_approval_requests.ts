import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** What one person asks for and another one has to approve. Append-only: what was asked for, and by whom, stays. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('approval_requests', (table) => {
    asciiColumn(table, db, 'request_id').primary();
    asciiColumn(table, db, 'kind', 24).notNullable();
    // The agency, or the connection, that it is about.
    asciiColumn(table, db, 'subject_id', 64).notNullable();
    longTextColumn(table, db, 'payload_sealed').notNullable();
    asciiColumn(table, db, 'submitted_by', 64).notNullable();
    table.bigInteger('submitted_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('approval_requests');
}
