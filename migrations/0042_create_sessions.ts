import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** Who is signed in. What the caller may do is copied in, so that a request costs one read. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('sessions', (table) => {
    asciiColumn(table, db, 'session_id').primary();
    asciiColumn(table, db, 'secret_hash', 43).notNullable();
    asciiColumn(table, db, 'user_id').notNullable();
    asciiColumn(table, db, 'kind', 8).notNullable();
    asciiColumn(table, db, 'roles', 64).notNullable();
    asciiColumn(table, db, 'agency_id').nullable();
    table.text('display_name_sealed').notNullable();
    table.bigInteger('created_at_ms').notNullable();
    table.bigInteger('last_seen_at_ms').notNullable();
    table.bigInteger('expires_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('sessions');
}
