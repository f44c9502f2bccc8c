import { asciiColumn, type Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.createTable('entries', (table) => {
    asciiColumn(table, db, 'journal_id').notNullable();
    table.smallint('line_no').notNullable();
    asciiColumn(table, db, 'account_code', 96).notNullable();
    asciiColumn(table, db, 'currency', 3).notNullable();
    table.bigInteger('debit_minor').notNullable();
    table.bigInteger('credit_minor').notNullable();
    table.primary(['journal_id', 'line_no']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('entries');
}
