import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/**
 * The accounts a resident keeps at hand. `slot` numbers a resident's accounts from 1: unique, so that the most a resident may keep
 * holds whoever adds at once.
 */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('saved_accounts', (table) => {
    asciiColumn(table, db, 'resident_id').notNullable();
    table.smallint('slot').notNullable();
    asciiColumn(table, db, 'saved_account_id').notNullable();
    asciiColumn(table, db, 'agency_id', 64).notNullable();
    asciiColumn(table, db, 'account_index', 43).notNullable();
    table.text('inputs_sealed').notNullable();
    table.text('label_sealed').notNullable();
    table.text('holder_sealed').nullable();
    table.string('masked_account', 16).notNullable();
    table.bigInteger('created_at_ms').notNullable();
    table.primary(['resident_id', 'slot']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('saved_accounts');
}
