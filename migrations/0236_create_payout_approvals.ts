import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/**
 * Who approved which bytes. Two people, neither of them who made the file, whatever way the row is written: the maker and the hash
 * are said again so that the database can compare, and readers count a row only where both are the batch's.
 */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('payout_approvals', (table) => {
    asciiColumn(table, db, 'batch_id').notNullable();
    table.smallint('approval_no').notNullable();
    asciiColumn(table, db, 'sha256', 64).notNullable();
    asciiColumn(table, db, 'made_by', 64).notNullable();
    asciiColumn(table, db, 'approved_by', 64).notNullable();
    table.bigInteger('approved_at_ms').notNullable();
    table.primary(['batch_id', 'approval_no']);
    table.check('approval_no in (1, 2) and approved_by <> made_by', [], 'payout_approval_by_another_person');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('payout_approvals');
}
