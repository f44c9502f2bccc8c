import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** Where agencies want to be told. The agency comes first in the key: what is asked with every batch of payments is a range of it. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('webhook_endpoints', (table) => {
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'endpoint_id').notNullable();
    table.text('url').notNullable();
    // Separated by spaces.
    table.text('event_types').notNullable();
    longTextColumn(table, db, 'sealed_secret').notNullable();
    // The one before, and until when its signature is sent too.
    longTextColumn(table, db, 'sealed_old_secret').nullable();
    table.bigInteger('old_secret_until_ms').notNullable();
    asciiColumn(table, db, 'status', 8).notNullable();
    // Since when nothing has got through; null while it does.
    table.bigInteger('failing_since_ms').nullable();
    asciiColumn(table, db, 'created_by').notNullable();
    table.bigInteger('created_at_ms').notNullable();
    table.primary(['agency_id', 'endpoint_id'], 'webhook_endpoints_pk');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('webhook_endpoints');
}
