import { bookedMovements } from '../../billing/index.ts';
import { type Db, transact } from '../../infra/db/index.ts';
import {
  type BusinessDate,
  businessDateOf,
  businessDateStartMs,
  dateEndMs,
} from '../../kernel/business-date.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { StatementSource } from '../intake/intake.types.ts';
import { changeBatch } from './batches.repo.ts';
import { changeToMatchAgain } from './batches.rules.ts';
import type { Batch, BatchChange } from './batches.types.ts';
import { batchesReadTooEarly, setBooksComplete, setWatchedUntil, watchedUntilMs } from './late-books.repo.ts';

/** A journal is of the moment its transaction was begun; so long after, it is there for everybody to read, or never will be. */
const COMMITTED_WITHIN_MS = 60_000;

interface LateBooksDeps {
  db: Db;
  clock: Clock;
}
type Source = Pick<StatementSource, 'sourceId' | 'cutOff'>;

/**
 * Finds batches that were matched with books that say otherwise now: something of their date was booked since (a posting that came late,
 * an undoing, a refund), or they were run before their date was over. Sends them back, and gives those.
 * Reads what was booked since it last looked, and of that only what moved on a date that is over.
 */
export async function matchLateBooksAgain(deps: LateBooksDeps, sources: readonly Source[]): Promise<Batch[]> {
  await noticeLateBookings(deps, sources);
  const { db, clock } = deps;
  const nowMs = clock.nowMs();
  const cutOffs = new Map(sources.map(({ sourceId, cutOff }) => [sourceId, cutOff]));
  const again: Batch[] = [];
  for (const { readAtMs, ...key } of await batchesReadTooEarly(db, nowMs)) {
    const cutOff = cutOffs.get(key.sourceId);
    if (!cutOff) continue;
    // What was run before its date was over had half a file of theirs, too.
    const phase = readAtMs < dateEndMs(key.businessDate, cutOff) ? 'fetch' : 'gate';
    let isSentBack = false;
    const decide = (batch: Batch): BatchChange | null => {
      const change = changeToMatchAgain(batch, nowMs);
      isSentBack = change !== null;
      return change && { ...change, phase };
    };
    const batch = await transact(db, (tx) => changeBatch(tx, key, decide, nowMs));
    if (batch && isSentBack) again.push(batch);
  }
  return again;
}

async function noticeLateBookings({ db, clock }: LateBooksDeps, sources: readonly Source[]): Promise<void> {
  const nowMs = clock.nowMs();
  const todays = sources.map(({ cutOff }) => ({ cutOff, today: businessDateOf(nowMs, cutOff) }));
  const bookedToMs = nowMs - COMMITTED_WITHIN_MS;
  const bookedFromMs = await watchedUntilMs(db, bookedToMs);
  if (sources.length === 0 || bookedFromMs >= bookedToMs) return;
  // Of dates that are not over nothing has been matched yet; what was run before its end is looked at by its end.
  const movedBeforeMs = Math.max(...todays.map(({ cutOff, today }) => businessDateStartMs(today, cutOff)));
  const cutOffs = new Map(sources.map(({ sourceId, cutOff }) => [sourceId, cutOff]));
  const completeAtMs = new Map<string, { sourceId: string; businessDate: BusinessDate; atMs: number }>();
  for await (const page of bookedMovements(db, { bookedFromMs, bookedToMs, movedBeforeMs })) {
    for (const { connectionId: sourceId, movedAtMs, bookedAtMs } of page) {
      const cutOff = cutOffs.get(sourceId);
      if (!cutOff) continue;
      const businessDate = businessDateOf(movedAtMs, cutOff);
      const key = `${sourceId} ${businessDate}`;
      const atMs = Math.max(completeAtMs.get(key)?.atMs ?? 0, bookedAtMs + COMMITTED_WITHIN_MS);
      completeAtMs.set(key, { sourceId, businessDate, atMs });
    }
  }
  for (const { atMs, ...key } of completeAtMs.values()) await setBooksComplete(db, key, atMs);
  await setWatchedUntil(db, bookedToMs);
}
