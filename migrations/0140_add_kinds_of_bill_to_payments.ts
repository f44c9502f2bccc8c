import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** What payments of other kinds of bill carry: fees, the route, the account for limits of a day, what was bought, undoing. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    asciiColumn(table, db, 'agency_code', 64).nullable();
    asciiColumn(table, db, 'account_key', 43).nullable();
    table.text('fees').nullable();
    // A token for a meter, or what to write onto a card.
    longTextColumn(table, db, 'sealed_fulfilment').nullable();
    table.string('undo_order', 200).nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('payments', (table) => {
    table.dropColumns('agency_code', 'account_key', 'fees', 'sealed_fulfilment', 'undo_order');
  });
}
