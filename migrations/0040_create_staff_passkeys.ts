import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** Passkeys of staff. A credential id may be 1023 bytes long, so a hash of it is the key. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('staff_passkeys', (table) => {
    asciiColumn(table, db, 'staff_id').notNullable();
    asciiColumn(table, db, 'credential_hash', 43).notNullable();
    table.text('credential_id').notNullable();
    table.text('public_key').notNullable();
    table.bigInteger('counter').notNullable();
    asciiColumn(table, db, 'transports', 128).notNullable();
    table.text('label_sealed').notNullable();
    table.bigInteger('created_at_ms').notNullable();
    table.bigInteger('last_used_at_ms').nullable();
    table.primary(['staff_id', 'credential_hash']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('staff_passkeys');
}
