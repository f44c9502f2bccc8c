import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/** What a resolution does to each of its breaks. The id names its journals: applied once, undone once. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('break_resolution_items', (table) => {
    asciiColumn(table, db, 'item_id').primary();
    asciiColumn(table, db, 'resolution_id').notNullable();
    asciiColumn(table, db, 'break_id').notNullable();
    asciiColumn(table, db, 'business_date', 10).notNullable();
    // What of the break stands in suspense: theirs less ours.
    table.bigInteger('suspense_minor').notNullable();
    // What of it this item books; of breaks that are matched with each other, the first one's books what is left over.
    table.bigInteger('booked_minor').notNullable();
    asciiColumn(table, db, 'agency_id', 64).nullable();
    // The payment that is given back to, or told again.
    asciiColumn(table, db, 'payment_id').nullable();
    // 1 while it is asked for or holds, then null: a break has one at most.
    table.smallint('is_active').nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('break_resolution_items');
}
