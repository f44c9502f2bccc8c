import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** How far each agency is settled, and what goes on into its next window. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('settlement_positions', (table) => {
    asciiColumn(table, db, 'agency_id', 64).primary();
    // The last date that is settled; empty before the first window.
    asciiColumn(table, db, 'settled_to', 10).notNullable();
    asciiColumn(table, db, 'last_settlement_id').nullable();
    table.bigInteger('carried_minor').notNullable();
    table.text('reserves').notNullable();
    // Grows with each settlement.
    table.integer('version').notNullable();
    table.bigInteger('updated_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('settlement_positions');
}
