import { asciiColumn, type Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.createTable('balances', (table) => {
    asciiColumn(table, db, 'account_code', 96).notNullable();
    asciiColumn(table, db, 'currency', 3).notNullable();
    table.bigInteger('debit_minor').notNullable();
    table.bigInteger('credit_minor').notNullable();
    table.bigInteger('updated_at_ms').notNullable();
    table.primary(['account_code', 'currency']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('balances');
}
