import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/**
 * What became of each request. Who makes may not check: nobody can approve, or return, what they submitted, whatever way
 * the row is written. One may withdraw one's own.
 */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('approval_decisions', (table) => {
    asciiColumn(table, db, 'request_id').notNullable();
    asciiColumn(table, db, 'decision', 16).notNullable();
    // Said again, so that the database itself can compare; readers count it only where it is the request's.
    asciiColumn(table, db, 'submitted_by', 64).notNullable();
    asciiColumn(table, db, 'decided_by', 64).notNullable();
    table.text('reason').nullable();
    table.bigInteger('decided_at_ms').notNullable();
    table.bigInteger('takes_effect_at_ms').nullable();
    table.primary(['request_id', 'decision'], 'approval_decisions_pk');
    table.check(
      "decision in ('approved', 'returned', 'withdrawn') and (decision = 'withdrawn' or decided_by <> submitted_by)",
      [],
      'approval_by_a_second_person',
    );
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('approval_decisions');
}
