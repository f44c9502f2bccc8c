import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** Whether a connection carries real payments: its settings then take two people to change. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('connections', (table) => {
    asciiColumn(table, db, 'environment', 8).notNullable().defaultTo('live');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('connections', (table) => {
    table.dropColumn('environment');
  });
}
