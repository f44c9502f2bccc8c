import { ALL_KEYS, ALTERNATE_KEYS, EXACT, filterOf, type Key, visitGroups } from './keys.ts';
import type { MatchRule } from './matching.types.ts';
import type { RowTable } from './row-table.ts';
import { NO_DAY } from './row-values.ts';
import { agree, daysApart, feesAgree, isOneDay, type Run } from './run.ts';

/** Pass 1: the same reference, amount, currency, status and date; what `matchUniqueReferences` has left of it. */
export function matchExactReferences(run: Run): void {
  matchByKey(run, EXACT, EXACT.rule, 0);
}

/** Pass 2: the same by the channel's number, by the original of a refund, or by text where there is no number at all. */
export function matchAlternateKeys(run: Run): void {
  for (const key of ALTERNATE_KEYS) matchByKey(run, key, key.rule, 0);
}

/** Pass 3: what is left, by the same keys, booked on neighbouring clearing days. */
export function matchAcrossDayCut(run: Run): void {
  if (run.rules.dateCut.days === 0) return;
  for (const key of ALL_KEYS) matchByKey(run, key, 'dateCut', run.rules.dateCut.days);
}

function matchByKey(run: Run, key: Key, rule: MatchRule, maxDays: number): void {
  const { claims } = run;
  visitGroups(run, key, filterOf(run, key), {
    one(left, right) {
      if (maxDays === 0) {
        const isSame = isOneDay(run.left.day[left] ?? NO_DAY, run.right.day[right] ?? NO_DAY);
        if (isSame && agree(run, left, right)) claims.pair(rule, left, right);
        return;
      }
      const days = daysApart(run, left, right);
      if (days > maxDays || !agree(run, left, right)) return;
      if (days === 0) claims.pair(rule, left, right);
      else claims.group(rule, [left], [right], { daysApart: days });
    },
    many(lefts, rights) {
      for (const alike of partsOf(run, lefts, rights)) matchAlike(run, rule, maxDays, alike);
    },
  });
}

interface Alike {
  left: number[];
  right: number[];
}

/** Rows of one key, apart by what has to agree. */
function partsOf({ left, right }: Run, lefts: readonly number[], rights: readonly number[]): Alike[] {
  const parts = new Map<string, Alike>();
  const partOf = (table: RowTable, row: number) => {
    const name = `${table.amountMinor[row]} ${table.currency[row]} ${table.status[row]}`;
    let part = parts.get(name);
    if (part) return part;
    part = { left: [], right: [] };
    parts.set(name, part);
    return part;
  };
  for (const row of lefts) partOf(left, row).left.push(row);
  for (const row of rights) partOf(right, row).right.push(row);
  return [...parts.values()].filter((part) => part.left.length > 0 && part.right.length > 0);
}

/**
 * Rows that agree in everything are not paired with each other: as many on one side as on the other match as a set, and
 * where the numbers differ, which one is too many can't be known.
 */
function matchAlike(run: Run, rule: MatchRule, maxDays: number, { left, right }: Alike): void {
  const { calendar } = run;
  const days = [...left.map((row) => run.left.day[row]), ...right.map((row) => run.right.day[row])].filter(
    (day): day is number => day !== undefined && day !== NO_DAY,
  );
  const [first, last] = [days.reduce(least, Infinity), days.reduce(greatest, -Infinity)];
  const isTogether =
    maxDays === 0 ? first >= last : days.length === 0 || calendar.between(first, last) <= maxDays;
  if (isTogether) {
    claimSet(run, rule, left, right, days.length === 0 ? 0 : calendar.between(first, last));
    return;
  }
  if (maxDays > 0) return;
  for (const day of new Set(days)) {
    claimSet(
      run,
      rule,
      left.filter((row) => run.left.day[row] === day),
      right.filter((row) => run.right.day[row] === day),
      0,
    );
  }
}

function claimSet(run: Run, rule: MatchRule, left: number[], right: number[], days: number): void {
  if (left.length !== right.length || left.length === 0) return;
  const feesMinor = left.map((row) => run.left.feeMinor[row] ?? 0);
  if (!right.every((row) => feesMinor.every((feeMinor) => feesAgree(feeMinor, run.right.feeMinor[row] ?? 0))))
    return;
  if (days === 0) run.claims.group(rule, left, right);
  else run.claims.group(rule, left, right, { daysApart: days });
}

const least = (a: number, b: number) => Math.min(a, b);
const greatest = (a: number, b: number) => Math.max(a, b);
