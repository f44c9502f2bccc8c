import { asciiColumn, type Db, textByCodePoint } from '../src/infra/db/index.ts';

/**
 * For finding agencies by part of a name: each name from each of its places on (every Chinese character, the beginning of every
 * word). What contains a text then is one range of the key, in both databases and however many agencies there are.
 */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('agency_names', (table) => {
    textByCodePoint(table, db, 'name_from_here', 32).notNullable();
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    table.primary(['name_from_here', 'agency_id'], 'agency_names_pk');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('agency_names');
}
