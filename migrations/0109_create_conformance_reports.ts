import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** What testing an agency came to, against which content of its manifest. Signed, so that only ours count. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('conformance_reports', (table) => {
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'report_id').notNullable();
    asciiColumn(table, db, 'content_hash', 64).notNullable();
    // `kit`: our server ran it. `attested`: a person attached it and another one approved.
    asciiColumn(table, db, 'source', 16).notNullable();
    asciiColumn(table, db, 'result', 8).notNullable();
    longTextColumn(table, db, 'report').notNullable();
    asciiColumn(table, db, 'signature', 43).notNullable();
    asciiColumn(table, db, 'made_by', 64).notNullable();
    table.bigInteger('made_at_ms').notNullable();
    table.primary(['agency_id', 'report_id'], 'conformance_reports_pk');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('conformance_reports');
}
