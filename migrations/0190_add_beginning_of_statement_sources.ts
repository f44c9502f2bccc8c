import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** The first business date that is reconciled: plans of dates begin there. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('statement_sources', (table) => {
    asciiColumn(table, db, 'began_on', 10).notNullable().defaultTo('1970-01-01');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('statement_sources', (table) => {
    table.dropColumn('began_on');
  });
}
