import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** What a passkey was asked to sign: for a staff challenge (sign-in) or a session (registration). */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('passkey_challenges', (table) => {
    asciiColumn(table, db, 'asked_for_id').primary();
    asciiColumn(table, db, 'challenge', 64).notNullable();
    table.bigInteger('expires_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('passkey_challenges');
}
