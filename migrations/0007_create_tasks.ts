import { asciiColumn, type Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.createTable('tasks', (table) => {
    // The id of what is to be worked on: each thing has at most one task.
    asciiColumn(table, db, 'task_id').primary();
    asciiColumn(table, db, 'topic', 32).notNullable();
    asciiColumn(table, db, 'state', 8).notNullable();
    table.integer('attempts').notNullable();
    table.bigInteger('due_at_ms').notNullable();
    // When the sweeper is to look at it again, having been sent or claimed before.
    table.bigInteger('sweep_at_ms').notNullable();
    asciiColumn(table, db, 'claim_token').nullable();
    table.bigInteger('claimed_until_ms').notNullable();
    table.string('last_error', 300).nullable();
    table.bigInteger('created_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('tasks');
}
