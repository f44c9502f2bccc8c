import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** Keys of agencies' own systems. Only a hash of the secret is kept: a key is shown once, when it is made. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('agency_keys', (table) => {
    asciiColumn(table, db, 'key_id').primary();
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    table.string('label', 64).notNullable();
    asciiColumn(table, db, 'secret_hash', 43).notNullable();
    asciiColumn(table, db, 'scopes', 128).notNullable();
    asciiColumn(table, db, 'created_by', 64).notNullable();
    table.bigInteger('created_at_ms').notNullable();
    table.bigInteger('expires_at_ms').notNullable();
    table.bigInteger('last_used_at_ms').nullable();
    table.bigInteger('revoked_at_ms').nullable();
    // The key that takes this one's place.
    asciiColumn(table, db, 'replaced_by').nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('agency_keys');
}
