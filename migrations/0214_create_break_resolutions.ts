import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/**
 * How breaks are to be closed, and who asked for it and who approved. Who makes may not check (law 7): nobody can approve what they
 * asked for, and what needs a second person is not applied without one, whatever way the row is written.
 */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('break_resolutions', (table) => {
    asciiColumn(table, db, 'resolution_id').primary();
    asciiColumn(table, db, 'source_id', 64).notNullable();
    asciiColumn(table, db, 'kind', 16).notNullable();
    asciiColumn(table, db, 'account', 24).nullable();
    asciiColumn(table, db, 'currency', 3).notNullable();
    table.integer('break_count').notNullable();
    // What is booked, or instructed, in total; never negative.
    table.bigInteger('amount_minor').notNullable();
    // Of the breaks' ids and amounts: what the second person has seen.
    asciiColumn(table, db, 'breaks_sha256', 64).notNullable();
    asciiColumn(table, db, 'state', 16).notNullable();
    // 1: a second person has to approve.
    table.smallint('needs_checker').notNullable();
    asciiColumn(table, db, 'maker', 64).notNullable();
    asciiColumn(table, db, 'checker', 64).nullable();
    longTextColumn(table, db, 'sealed_reason').nullable();
    longTextColumn(table, db, 'sealed_answer').nullable();
    // The run whose breaks were resolved without a person.
    asciiColumn(table, db, 'run_id').nullable();
    table.bigInteger('made_at_ms').notNullable();
    table.bigInteger('decided_at_ms').nullable();
    table.check(
      "(checker is null or checker <> maker) and (state <> 'applied' or needs_checker = 0 or checker is not null)",
      [],
      'break_resolution_by_two',
    );
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('break_resolutions');
}
