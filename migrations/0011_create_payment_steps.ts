import { asciiColumn, type Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.createTable('payment_steps', (table) => {
    asciiColumn(table, db, 'payment_id').notNullable();
    table.integer('version').notNullable();
    asciiColumn(table, db, 'status', 16).notNullable();
    table.bigInteger('at_ms').notNullable();
    table.string('reason', 400).nullable();
    table.primary(['payment_id', 'version']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('payment_steps');
}
