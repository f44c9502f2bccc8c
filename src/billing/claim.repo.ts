import { type Db, type Tx, toInt } from '../infra/db/index.ts';
import type { PaymentStatus } from './billing.types.ts';

/**
 * A claim says which payment a bill is being paid by, or was last paid by. Claims stay when they are released: a bill
 * that was posted after an answer was cached is known to be paid, whatever the cache says.
 */
export interface BillClaim {
  paymentId: string;
  /** Null while the payment is in flight. */
  releasedAtMs: number | null;
  releasedAs: PaymentStatus | null;
}

/**
 * Claims bills for payments. Returns the payments that got all of theirs; the others get none. Who comes first wins; in
 * one batch, the earlier entry.
 */
export async function claimBills(
  tx: Tx,
  wanted: readonly { paymentId: string; billKeys: readonly string[] }[],
): Promise<Set<string>> {
  const wantedRows = wanted.flatMap(({ paymentId, billKeys }) =>
    billKeys.map((billKey) => ({ paymentId, billKey })),
  );
  const firstByKey = new Map(wantedRows.toReversed().map((row) => [row.billKey, row.paymentId]));
  const keys = [...firstByKey.keys()].sort();
  await tx('bill_claims')
    .insert(
      keys.map((key) => ({
        bill_key: key,
        payment_id: firstByKey.get(key),
        released_at_ms: null,
        released_as: null,
      })),
    )
    .onConflict('bill_key')
    // Changes nothing, and locks what is there already for writing: MySQL would take a shared lock for `ignore`, and two
    // who both hold one can't go on to `for update`.
    .merge(['bill_key']);
  const rows = await tx('bill_claims').whereIn('bill_key', keys).orderBy('bill_key').forUpdate();
  // A claim is there to be had when this batch has just made it, or when its payment is over.
  const takers = new Map(
    rows.map((row) => [
      row.bill_key,
      row.released_at_ms === null ? row.payment_id : firstByKey.get(row.bill_key),
    ]),
  );
  const winners = new Set(
    wanted
      .filter(({ paymentId, billKeys }) => billKeys.every((key) => takers.get(key) === paymentId))
      .map(({ paymentId }) => paymentId),
  );
  for (const { bill_key: key } of rows.filter((row) => row.released_at_ms !== null)) {
    if (!winners.has(takers.get(key))) continue;
    await tx('bill_claims')
      .where('bill_key', key)
      .update({ payment_id: takers.get(key), released_at_ms: null, released_as: null });
  }
  const losers = wanted.map(({ paymentId }) => paymentId).filter((paymentId) => !winners.has(paymentId));
  if (losers.length > 0) await tx('bill_claims').whereIn('payment_id', losers).delete();
  return winners;
}

/** Frees the bills of payments that are over. */
export async function releaseBills(
  tx: Tx,
  ended: readonly { paymentId: string; status: PaymentStatus }[],
  nowMs: number,
): Promise<void> {
  for (const status of new Set(ended.map((payment) => payment.status))) {
    const paymentIds = ended
      .filter((payment) => payment.status === status)
      .map((payment) => payment.paymentId);
    await tx('bill_claims')
      .whereIn('payment_id', paymentIds.sort())
      .update({ released_at_ms: nowMs, released_as: status });
  }
}

export async function findClaims(db: Db | Tx, billKeys: readonly string[]): Promise<Map<string, BillClaim>> {
  if (billKeys.length === 0) return new Map();
  const rows = await db('bill_claims').whereIn('bill_key', [...billKeys]);
  return new Map(
    rows.map((row) => [
      row.bill_key,
      {
        paymentId: row.payment_id,
        releasedAtMs: row.released_at_ms === null ? null : toInt(row.released_at_ms),
        releasedAs: row.released_as,
      },
    ]),
  );
}
