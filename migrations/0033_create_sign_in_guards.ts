import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** How often a phone, an account or an address has tried; the key is a blind index of it and of the rule. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('sign_in_guards', (table) => {
    asciiColumn(table, db, 'guard_key', 43).primary();
    table.integer('attempts').notNullable();
    table.bigInteger('window_started_at_ms').notNullable();
    table.bigInteger('last_at_ms').notNullable();
    table.bigInteger('blocked_until_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('sign_in_guards');
}
