import type { Vault } from '../infra/crypto/index.ts';
import { type Db, toInt } from '../infra/db/index.ts';
import type { BillQuery } from './billing.types.ts';

const SEALED_QUERY = 'bill_queries.sealed_query';
const PURGE_BATCH = 1_000;

/** Keeps what a resident saw, so that a payment can be bound to it. */
export async function insertBillQuery(
  db: Db,
  vault: Vault,
  residentId: string,
  query: BillQuery & { queryId: string; validUntilMs: number },
): Promise<void> {
  await db('bill_queries').insert({
    query_id: query.queryId,
    resident_id: residentId,
    sealed_query: vault.seal(JSON.stringify(query), SEALED_QUERY),
    expires_at_ms: query.validUntilMs,
  });
}

/** What this resident saw; null for another's, and for one that has been purged. */
export async function findBillQuery(
  db: Db,
  vault: Vault,
  residentId: string,
  queryId: string,
): Promise<BillQuery | null> {
  const row = await db('bill_queries').where({ query_id: queryId, resident_id: residentId }).first();
  return row ? JSON.parse(vault.open(row.sealed_query, SEALED_QUERY)) : null;
}

/** Deletes queries that ended before a time, some at a go; returns how many. */
export async function purgeBillQueries(db: Db, beforeMs: number): Promise<number> {
  const rows = await db('bill_queries')
    .select('query_id')
    .where('expires_at_ms', '<', beforeMs)
    .limit(PURGE_BATCH);
  if (rows.length === 0) return 0;
  return toInt(
    await db('bill_queries')
      .whereIn(
        'query_id',
        rows.map((row) => row.query_id),
      )
      .delete(),
  );
}
