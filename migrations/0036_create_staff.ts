import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** People who work here or at an agency. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('staff', (table) => {
    asciiColumn(table, db, 'staff_id').primary();
    table.text('email_sealed').notNullable();
    asciiColumn(table, db, 'email_index', 43).notNullable();
    asciiColumn(table, db, 'password_hash', 160).notNullable();
    table.text('totp_secret_sealed').notNullable();
    // The last time step a code was taken for: a code is good once (RFC 6238, 5.2).
    table.bigInteger('totp_last_step').notNullable();
    asciiColumn(table, db, 'roles', 64).notNullable();
    asciiColumn(table, db, 'agency_id').nullable();
    table.text('display_name_sealed').notNullable();
    table.bigInteger('created_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('staff');
}
