import type { Db } from '../../infra/db/index.ts';
import { addDays, businessDateOf, dateEndMs } from '../../kernel/business-date.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { StatementSource } from '../intake/intake.types.ts';
import { lastPlannedDates, planBatches } from './batches.repo.ts';
import type { BatchKey } from './batches.types.ts';

/** Dates planned for one source in one go; the rest comes with the next. */
const DATES_AT_ONCE = 400;

/**
 * Plans each business date of each source up to today's, weekends and holidays too: files are made of every day. Gives how
 * many batches are new; done again it adds nothing.
 */
export async function planDates(
  { db, clock }: { db: Db; clock: Clock },
  sources: readonly Pick<StatementSource, 'sourceId' | 'cutOff' | 'beganOn'>[],
): Promise<number> {
  const nowMs = clock.nowMs();
  const lastDates = await lastPlannedDates(db);
  const missing: (BatchKey & { dueAtMs: number })[] = [];
  for (const { sourceId, cutOff, beganOn } of sources) {
    const last = lastDates.get(sourceId);
    const today = businessDateOf(nowMs, cutOff);
    let businessDate = last === undefined ? beganOn : addDays(last, 1);
    for (let count = 0; businessDate <= today && count < DATES_AT_ONCE; count++) {
      missing.push({ sourceId, businessDate, dueAtMs: dateEndMs(businessDate, cutOff) });
      businessDate = addDays(businessDate, 1);
    }
  }
  return planBatches(db, missing, nowMs);
}
