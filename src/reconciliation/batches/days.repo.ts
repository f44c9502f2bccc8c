import { type Db, insertOrAdd, type Tx, toInt } from '../../infra/db/index.ts';
import type { BatchState, DaySummary } from './batches.types.ts';

/** The job that reports a date is expected right after the last batch; when it does not come, the watchdog sends another. */
const REPORT_WITHIN_MS = 5_000;

/** A batch of a date has come to an end, or somebody has changed it: the date is to be reported anew. */
export async function addDayChange(tx: Tx, businessDate: string, nowMs: number): Promise<void> {
  const row = {
    business_date: businessDate,
    changes: 1,
    reported: 0,
    nudge_at_ms: nowMs + REPORT_WITHIN_MS,
  };
  await insertOrAdd(tx, 'reconciliation_days', [row], ['business_date'], ['changes'], ['nudge_at_ms']);
}

/** A date whose report was put on the queue and was not written is put there again after this. */
const NUDGE_AGAIN_AFTER_MS = 10_000;

/** Takes the dates whose report should be on the queue now. Asked at once, two may be given the same, which does no harm. */
export async function takeDayNudges(db: Db, nowMs: number): Promise<string[]> {
  const dates: string[] = await db('reconciliation_days')
    .where('nudge_at_ms', '<=', nowMs)
    .pluck('business_date');
  if (dates.length > 0) {
    await db('reconciliation_days')
      .whereIn('business_date', dates)
      .where('nudge_at_ms', '<=', nowMs)
      .update({ nudge_at_ms: nowMs + NUDGE_AGAIN_AFTER_MS });
  }
  return dates;
}

/** Business dates before `before` (null: all), newest first, with how their batches stand. */
export async function listDays(
  db: Db,
  { before, limit }: { before: string | null; limit: number },
): Promise<DaySummary[]> {
  const dates: string[] = await db('reconciliation_batches')
    .distinct('business_date')
    .modify((query) => {
      if (before !== null) query.where('business_date', '<', before);
    })
    .orderBy('business_date', 'desc')
    .limit(limit)
    .pluck('business_date');
  const states: Record<string, unknown>[] = await db('reconciliation_batches')
    .whereIn('business_date', dates)
    .select('business_date', 'state')
    .count({ count: '*' })
    .groupBy('business_date', 'state');
  const breaks: Record<string, unknown>[] = await db('breaks')
    .whereIn('business_date', dates)
    .whereNot('state', 'closed')
    .select('business_date')
    .count({ count: '*' })
    .groupBy('business_date');
  return dates.map((businessDate) => ({
    businessDate,
    states: Object.fromEntries(
      states
        .filter((row) => row.business_date === businessDate)
        .map((row) => [row.state as BatchState, toInt(row.count)]),
    ),
    openBreaks: toInt(breaks.find((row) => row.business_date === businessDate)?.count ?? 0),
  }));
}
