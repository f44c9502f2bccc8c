import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** What the sandbox sends instead of text messages; the demo inbox shows it. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('sms_messages', (table) => {
    asciiColumn(table, db, 'message_id').primary();
    table.text('phone_sealed').notNullable();
    table.text('text_sealed').notNullable();
    table.bigInteger('sent_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('sms_messages');
}
