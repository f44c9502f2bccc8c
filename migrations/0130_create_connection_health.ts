import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/**
 * How calls over each connection went, minute by minute, as each process counted them: together they say how a connection does. Figures
 * for operators, kept for an hour. The minute comes first in the key, so that reading and deleting are ranges of it.
 */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('connection_health', (table) => {
    table.bigInteger('minute_at_ms').notNullable();
    asciiColumn(table, db, 'connection_id', 64).notNullable();
    asciiColumn(table, db, 'process_id').notNullable();
    table.bigInteger('succeeded').notNullable();
    table.bigInteger('failed').notNullable();
    table.bigInteger('held_back').notNullable();
    // JSON: calls by bucket of duration.
    longTextColumn(table, db, 'durations').notNullable();
    asciiColumn(table, db, 'breaker', 8).notNullable();
    table.bigInteger('updated_at_ms').notNullable();
    table.primary(['minute_at_ms', 'connection_id', 'process_id'], 'connection_health_pk');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('connection_health');
}
