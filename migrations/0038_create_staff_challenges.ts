import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** Staff whose password was right, and who owe the second factor. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('staff_challenges', (table) => {
    asciiColumn(table, db, 'challenge_id').primary();
    asciiColumn(table, db, 'staff_id').notNullable();
    table.smallint('tries').notNullable();
    asciiColumn(table, db, 'state', 8).notNullable();
    table.bigInteger('created_at_ms').notNullable();
    table.bigInteger('expires_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('staff_challenges');
}
