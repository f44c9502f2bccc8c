import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** What happened to each break, by whom and why: one row for each version of it. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('break_events', (table) => {
    asciiColumn(table, db, 'break_id').notNullable();
    // That of the break once it had happened; 1 is its opening.
    table.integer('version').notNullable();
    asciiColumn(table, db, 'event', 24).notNullable();
    // A person's id, or `system`.
    asciiColumn(table, db, 'actor', 64).notNullable();
    // What people write may name residents.
    longTextColumn(table, db, 'sealed_reason').nullable();
    longTextColumn(table, db, 'details').notNullable();
    table.bigInteger('at_ms').notNullable();
    table.primary(['break_id', 'version']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('break_events');
}
