import type { Db } from '../src/infra/db/index.ts';

/** A resident keeps an account once. */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('saved_accounts', (table) => {
    table.unique(['resident_id', 'account_index'], { indexName: 'saved_accounts_account' });
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('saved_accounts', (table) => {
    table.dropUnique(['resident_id', 'account_index'], 'saved_accounts_account');
  });
}
