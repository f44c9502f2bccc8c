import { CUT_OFF as POWER_DAY } from '../../sandbox/power-agency/statement.ts';
import type { Db } from '../../src/infra/db/index.ts';
import { businessDateOf } from '../../src/kernel/business-date.ts';

const BANK_DAY = { timeZone: 'Asia/Shanghai', cutOff: '00:00' };
const HOUR_MS = 3_600_000;

/**
 * A moment of the bank's present date at which the power company has the same: its day ends an hour before the bank's, and what is paid
 * in that hour would be on two dates.
 */
export function onOneDateMs(nowMs: number): number {
  const isOne = businessDateOf(nowMs + HOUR_MS / 6, POWER_DAY) === businessDateOf(nowMs, BANK_DAY);
  return isOne ? nowMs : nowMs - 2 * HOUR_MS;
}

/** Has all sources begin on that date at the latest: in that hour the power company's would begin on the next one. */
export async function beginOn(db: Db, date: string): Promise<void> {
  await db('reconciliation_batches').where('business_date', '>', date).delete();
  await db('statement_sources').where('began_on', '>', date).update({ began_on: date });
}
