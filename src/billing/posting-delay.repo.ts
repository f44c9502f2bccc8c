import { type Db, toInt, toIntOrNull } from '../infra/db/index.ts';
import { newId } from '../kernel/ids.ts';

const WINDOW_MS = 3_600_000;
/** Enough for figures, few enough to read at any time. */
const MAX_PAYMENTS = 20_000;

/** How long agencies take from debit to posting, over one connection. */
export interface PostingDelay {
  connectionId: string;
  /** Payments of the last hour that are debited. */
  payments: number;
  /** Of these, not posted yet. */
  waiting: number;
  p50Ms: number;
  p95Ms: number;
}

/**
 * Delays of the payments ordered in the last hour (the newest 20,000), by connection. One that still waits counts with the time
 * it has waited so far, so that an agency that posts nothing does not look fast. A range of the primary key: ids sort
 * by time.
 */
export async function readPostingDelays(db: Db, nowMs: number): Promise<PostingDelay[]> {
  const rows = await db('payments')
    .where('payment_id', '>=', newId('pay', nowMs - WINDOW_MS, 0).slice(0, -14))
    .orderBy('payment_id', 'desc')
    .limit(MAX_PAYMENTS)
    .select('connection_id', 'status', 'debited_at_ms', 'posted_at_ms');
  const delays = new Map<string, { delaysMs: number[]; waiting: number }>();
  for (const row of rows) {
    const debitedAtMs = toIntOrNull(row.debited_at_ms);
    const isWaiting = WAITING.has(row.status);
    if (debitedAtMs === null || (row.status !== 'posted' && !isWaiting)) continue;
    const ofConnection = delays.get(row.connection_id) ?? { delaysMs: [], waiting: 0 };
    delays.set(row.connection_id, ofConnection);
    const untilMs = isWaiting ? nowMs : toInt(row.posted_at_ms);
    // Two clocks: theirs says when they posted, the channel's when it debited.
    ofConnection.delaysMs.push(Math.max(0, untilMs - debitedAtMs));
    if (isWaiting) ofConnection.waiting++;
  }
  return [...delays]
    .map(([connectionId, { delaysMs, waiting }]) => {
      delaysMs.sort((a, b) => a - b);
      return {
        connectionId,
        payments: delaysMs.length,
        waiting,
        p50Ms: atShare(delaysMs, 0.5),
        p95Ms: atShare(delaysMs, 0.95),
      };
    })
    .sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1));
}

const WAITING: ReadonlySet<unknown> = new Set(['debited', 'postingUnknown', 'postingPending']);

/** The value that a share of all does not exceed (nearest rank). */
function atShare(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}
