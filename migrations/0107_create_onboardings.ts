import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** One row an agency: the version that is on its way to being live, and how far it has come. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('onboardings', (table) => {
    asciiColumn(table, db, 'agency_id', 64).primary();
    asciiColumn(table, db, 'stage', 24).notNullable();
    table.integer('version').notNullable();
    // The approval that was asked for, while there is one to speak of.
    asciiColumn(table, db, 'request_id').nullable();
    table.bigInteger('updated_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('onboardings');
}
