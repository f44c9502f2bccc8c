import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** What banks answered to payout files, as it came, and what it changed. The same answer is taken once. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('payout_answers', (table) => {
    asciiColumn(table, db, 'batch_id').notNullable();
    asciiColumn(table, db, 'sha256', 64).notNullable();
    table.string('acknowledgement_id', 140).notNullable();
    longTextColumn(table, db, 'sealed_file').notNullable();
    longTextColumn(table, db, 'changes').notNullable();
    asciiColumn(table, db, 'received_by', 64).notNullable();
    table.bigInteger('received_at_ms').notNullable();
    table.primary(['batch_id', 'sha256']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('payout_answers');
}
