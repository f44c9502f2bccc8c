import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** Each time a delivery was sent, and what the endpoint said; numbers in its answer are masked. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('webhook_attempts', (table) => {
    asciiColumn(table, db, 'delivery_id').notNullable();
    asciiColumn(table, db, 'attempt_id').notNullable();
    table.bigInteger('at_ms').notNullable();
    // 0 where no answer came.
    table.bigInteger('status_code').notNullable();
    asciiColumn(table, db, 'cause', 24).nullable();
    table.bigInteger('duration_ms').notNullable();
    longTextColumn(table, db, 'answer').notNullable();
    table.primary(['delivery_id', 'attempt_id'], 'webhook_attempts_pk');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('webhook_attempts');
}
