import { asciiColumn, type Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.createTable('ledger_accounts', (table) => {
    asciiColumn(table, db, 'account_code', 96).notNullable();
    asciiColumn(table, db, 'currency', 3).notNullable();
    asciiColumn(table, db, 'account_class', 16).notNullable();
    table.bigInteger('created_at_ms').notNullable();
    table.primary(['account_code', 'currency']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('ledger_accounts');
}
