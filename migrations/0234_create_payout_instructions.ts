import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** One payout of a settlement to its agency, and what the bank says of it. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('payout_instructions', (table) => {
    asciiColumn(table, db, 'instruction_id', 35).primary();
    asciiColumn(table, db, 'batch_id').notNullable();
    asciiColumn(table, db, 'settlement_id').notNullable();
    // The settlement again, or null once its batch was called off: a settlement is paid by one instruction.
    asciiColumn(table, db, 'active_settlement_id').nullable();
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    table.bigInteger('amount_minor').notNullable();
    asciiColumn(table, db, 'status', 16).notNullable();
    // The bank's own code and words.
    table.text('answer').nullable();
    // What it said that can't be true together with what it said before: for a person to ask about.
    table.text('contradiction').nullable();
    table.bigInteger('updated_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('payout_instructions');
}
