import { createHash } from 'node:crypto';
import type { Db } from '../../src/infra/db/index.ts';

/** Everything that says what became of anybody's money, and its order. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  payments: ['payment_id'],
  payment_steps: ['payment_id', 'version'],
  bill_claims: ['bill_key'],
  tasks: ['task_id'],
  journals: ['journal_id'],
  entries: ['journal_id', 'line_no'],
  balances: ['account_code', 'currency'],
  exchanges: ['exchange_id'],
  notifications: ['connection_id', 'event_id'],
};

/** Rows and a hash of each table: equal before and after when nothing has changed. */
export async function paymentState(db: Db): Promise<Record<string, string>> {
  const state: Record<string, string> = {};
  for (const [table, key] of Object.entries(TABLES)) {
    const rows = await db(table).orderBy([...key]);
    state[table] = `${rows.length} ${createHash('sha256').update(JSON.stringify(rows)).digest('hex')}`;
  }
  return state;
}
