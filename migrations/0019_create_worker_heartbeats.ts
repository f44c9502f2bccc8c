import { asciiColumn, type Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.createTable('worker_heartbeats', (table) => {
    asciiColumn(table, db, 'worker_id').primary();
    table.bigInteger('beat_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('worker_heartbeats');
}
