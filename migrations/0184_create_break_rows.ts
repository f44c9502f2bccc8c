import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** The rows of breaks. A row has one active claim: that of a break here, or of a match in its sheet. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('break_rows', (table) => {
    asciiColumn(table, db, 'break_id').notNullable();
    asciiColumn(table, db, 'statement_id').notNullable();
    table.integer('row_no').notNullable();
    asciiColumn(table, db, 'side', 8).notNullable();
    table.integer('line').notNullable();
    table.string('ref', 140).nullable();
    asciiColumn(table, db, 'payment_id').nullable();
    // Positive: collected. Null: the row can't be read.
    table.bigInteger('amount_minor').nullable();
    asciiColumn(table, db, 'currency', 3).nullable();
    asciiColumn(table, db, 'status', 8).notNullable();
    asciiColumn(table, db, 'booked_on', 10).nullable();
    // 1, or null once the row belongs to another break, to a match, or to nothing any more.
    table.smallint('is_active').nullable();
    table.primary(['break_id', 'statement_id', 'row_no']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('break_rows');
}
