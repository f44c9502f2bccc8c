import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** What is agreed with each agency about when and how it is paid, by the date from which it holds. Who asks for it does not decide it. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('settlement_terms', (table) => {
    asciiColumn(table, db, 'terms_id').primary();
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'effective_from', 10).notNullable();
    longTextColumn(table, db, 'terms').notNullable();
    asciiColumn(table, db, 'state', 16).notNullable();
    asciiColumn(table, db, 'proposed_by', 64).notNullable();
    table.bigInteger('proposed_at_ms').notNullable();
    asciiColumn(table, db, 'decided_by', 64).nullable();
    table.bigInteger('decided_at_ms').nullable();
    table.text('reason').nullable();
    table.check(
      "(state = 'proposed' and decided_by is null) or (state = 'withdrawn' and decided_by is not null) or (state in ('approved', 'rejected') and decided_by <> proposed_by)",
      [],
      'settlement_terms_by_a_second_person',
    );
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('settlement_terms');
}
