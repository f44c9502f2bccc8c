import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** One event on its way to one endpoint. Its task in the outbox has the same id. Payloads hold no personal data. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('webhook_deliveries', (table) => {
    asciiColumn(table, db, 'delivery_id').primary();
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'endpoint_id').notNullable();
    asciiColumn(table, db, 'event_id').notNullable();
    asciiColumn(table, db, 'event_type', 48).notNullable();
    longTextColumn(table, db, 'payload').notNullable();
    asciiColumn(table, db, 'status', 12).notNullable();
    // How often it was sent since it was last begun; the fence against two workers at once.
    table.bigInteger('attempts').notNullable();
    table.bigInteger('next_attempt_at_ms').nullable();
    table.bigInteger('created_at_ms').notNullable();
    table.bigInteger('ended_at_ms').nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('webhook_deliveries');
}
