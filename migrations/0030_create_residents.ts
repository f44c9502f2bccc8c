import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** People who pay; made at the first sign-in. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('residents', (table) => {
    asciiColumn(table, db, 'resident_id').primary();
    table.text('phone_sealed').notNullable();
    asciiColumn(table, db, 'phone_index', 43).notNullable();
    table.bigInteger('created_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('residents');
}
