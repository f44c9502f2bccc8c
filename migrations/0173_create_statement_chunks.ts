import { asciiColumn, bytesColumn, type Db } from '../src/infra/db/index.ts';

/**
 * The rows of statements, some thousands a piece: columns for matching, and each row as it came. Sealed: counterparties and texts
 * are personal data. Row `n` of a statement stands in the piece that covers `n`.
 */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('statement_chunks', (table) => {
    asciiColumn(table, db, 'statement_id').notNullable();
    table.integer('chunk_no').notNullable();
    table.integer('first_row').notNullable();
    table.integer('row_count').notNullable();
    bytesColumn(table, db, 'sealed_rows').notNullable();
    bytesColumn(table, db, 'sealed_raw').notNullable();
    table.primary(['statement_id', 'chunk_no']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('statement_chunks');
}
