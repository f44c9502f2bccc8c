import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** Matches that are more than one row with one row by the same reference: their rows and scores. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('match_groups', (table) => {
    asciiColumn(table, db, 'run_id').notNullable();
    table.integer('match_no').notNullable();
    asciiColumn(table, db, 'rule', 24).notNullable();
    longTextColumn(table, db, 'ours').notNullable();
    longTextColumn(table, db, 'theirs').notNullable();
    table.text('scores').notNullable();
    table.primary(['run_id', 'match_no']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('match_groups');
}
