import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** One-time codes that residents sign in with; only a keyed hash of the code is kept. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('sign_in_codes', (table) => {
    asciiColumn(table, db, 'challenge_id').primary();
    table.text('phone_sealed').notNullable();
    asciiColumn(table, db, 'code_hash', 43).notNullable();
    table.smallint('tries').notNullable();
    asciiColumn(table, db, 'state', 8).notNullable();
    table.bigInteger('created_at_ms').notNullable();
    table.bigInteger('expires_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('sign_in_codes');
}
