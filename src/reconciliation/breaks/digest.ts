import { type Db, toInt } from '../../infra/db/index.ts';
import { listBalances } from '../../ledger/index.ts';
import { AGE_BUCKETS, type AgeBucket } from './ageing.rules.ts';
import type { StoredBreak } from './break.types.ts';
import { type BreakTotal, breakTotals, findBreaks } from './breaks.repo.ts';
import { SEVERITIES, type Severity } from './severity.rules.ts';

const DAY_MS = 86_400_000;
const MOST_URGENT = 10;

export interface DigestSum {
  count: number;
  overdueCount: number;
  currency: string;
  amountMinor: number;
}

/** How breaks stand at a moment, and what happened in the day before it. */
export interface BreakDigest {
  atMs: number;
  /** Open, or waiting for a second person. */
  open: readonly DigestSum[];
  byAge: readonly (DigestSum & { age: AgeBucket })[];
  bySeverity: readonly (DigestSum & { severity: Severity })[];
  bySource: readonly (DigestSum & { sourceId: string; suspenseMinor: number })[];
  waitingForSecondPerson: number;
  waitingForPerson: number;
  withoutOwner: number;
  openedInDay: number;
  closedInDay: number;
  /** Those that are due first. */
  mostUrgent: readonly StoredBreak[];
}

export async function digestOf(db: Db, nowMs: number): Promise<BreakDigest> {
  const open = { states: ['open', 'proposed'] as const };
  const totals = await breakTotals(db, open, nowMs);
  const balances = await listBalances(db);
  const suspenseOf = (sourceId: string, currency: string) => {
    const code = `suspense/${sourceId}`;
    const found = balances.find((one) => one.accountCode === code && one.currency === currency);
    return found ? toInt(found.creditMinor - found.debitMinor) : 0;
  };
  const count = async (where: (query: ReturnType<Db>) => unknown): Promise<number> => {
    const query = db('breaks');
    where(query);
    const row = await query.count({ count: '*' }).first();
    return toInt(row?.count ?? 0);
  };
  const isOpen = ['open', 'proposed'];
  return {
    atMs: nowMs,
    open: summed(totals, () => '').map(({ sum }) => sum),
    byAge: AGE_BUCKETS.flatMap((age) =>
      summed(totals, (one) => (one.age === age ? '' : null)).map(({ sum }) => ({ age, ...sum })),
    ),
    bySeverity: [...SEVERITIES].reverse().flatMap((severity) =>
      summed(totals, (one) => (one.severity === severity ? '' : null)).map(({ sum }) => ({
        severity,
        ...sum,
      })),
    ),
    bySource: summed(totals, ({ sourceId }) => sourceId).map(({ key, sum }) => ({
      sourceId: key,
      ...sum,
      suspenseMinor: suspenseOf(key, sum.currency),
    })),
    waitingForSecondPerson: await count((query) => query.where('state', 'proposed')),
    waitingForPerson: await count((query) => query.where({ state: 'open', waits_for: 'person' })),
    withoutOwner: await count((query) => query.whereIn('state', isOpen).whereNull('owner')),
    openedInDay: await count((query) => query.where('opened_at_ms', '>', nowMs - DAY_MS)),
    closedInDay: await count((query) =>
      query.where('state', 'closed').andWhere('closed_at_ms', '>', nowMs - DAY_MS),
    ),
    mostUrgent: await findBreaks(db, open, { limit: MOST_URGENT }, nowMs),
  };
}

/** Sums by a key and the currency; what has no key is left out. */
function summed(
  totals: readonly BreakTotal[],
  keyOf: (total: BreakTotal) => string | null,
): { key: string; sum: DigestSum }[] {
  const sums = new Map<string, { key: string; sum: DigestSum }>();
  for (const total of totals) {
    const key = keyOf(total);
    if (key === null) continue;
    const { currency } = total;
    const name = `${key} ${currency}`;
    const { sum } = sums.get(name) ?? { sum: { count: 0, overdueCount: 0, currency, amountMinor: 0 } };
    sums.set(name, {
      key,
      sum: {
        currency,
        count: sum.count + total.count,
        overdueCount: sum.overdueCount + total.overdueCount,
        amountMinor: sum.amountMinor + total.amountMinor,
      },
    });
  }
  return [...sums.values()];
}
