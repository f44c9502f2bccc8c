import { isSettlement } from './batches.ts';
import type { RowTable } from './row-table.ts';
import { NO_DAY } from './row-values.ts';
import type { Run } from './run.ts';

/** How many subsets give a sum, as far as it matters, and which one if it is only one. */
export interface SubsetSum {
  solutions: 0 | 1 | 2;
  /** Places of the addends, ascending; empty unless there is one solution. */
  places: number[];
}

/**
 * Looks for the subset that adds up to a sum, by meeting in the middle: 2^(n/2) steps, so at most 65,536 for 32 addends. Two is
 * as good as many: the search ends. A sum of nothing explains nothing: for zero there is no solution.
 */
export function findSubsetSum(addendsMinor: readonly number[], sumMinor: number): SubsetSum {
  if (sumMinor === 0) return { solutions: 0, places: [] };
  const half = addendsMinor.length >> 1;
  const lower = subsetSums(addendsMinor.slice(0, half));
  const upper = subsetSums(addendsMinor.slice(half));
  const masksBySum = new Map<number, { mask: number; count: number }>();
  for (const [mask, partMinor] of lower.entries()) {
    const known = masksBySum.get(partMinor);
    if (known) known.count++;
    else masksBySum.set(partMinor, { mask, count: 1 });
  }
  let found: { lower: number; upper: number } | null = null;
  for (const [mask, partMinor] of upper.entries()) {
    const rest = masksBySum.get(sumMinor - partMinor);
    if (!rest) continue;
    if (found || rest.count > 1) return { solutions: 2, places: [] };
    found = { lower: rest.mask, upper: mask };
  }
  if (!found) return { solutions: 0, places: [] };
  const { lower: low, upper: high } = found;
  const places = addendsMinor.flatMap((_, place) =>
    (place < half ? (low >>> place) & 1 : (high >>> (place - half)) & 1) ? [place] : [],
  );
  return { solutions: 1, places };
}

/** The sum of each subset; bit `n` of its place says whether addend `n` is in it. */
function subsetSums(addendsMinor: readonly number[]): Float64Array {
  const sums = new Float64Array(2 ** addendsMinor.length);
  for (const [place, addendMinor] of addendsMinor.entries()) {
    const bit = 2 ** place;
    for (let mask = 0; mask < bit; mask++) sums[bit + mask] = (sums[mask] ?? 0) + addendMinor;
  }
  return sums;
}

interface Solution {
  settlement: number;
  payments: number[];
  candidates: number;
}

/**
 * Settlements that name no batch: the unclaimed payments of the days before, if just one choice of them adds up. Each
 * settlement is looked at with all of them free; where two want the same payment, neither gets it, so that the order does not matter.
 */
export function matchSubsetSums(run: Run): void {
  if (run.rules.subsetSum.maxCandidates === 0) return;
  const claimed = { left: new Map<number, number>(), right: new Map<number, number>() };
  const found = [
    ...solutionsOf(run, 'right').map((solution) => ({ ...solution, side: 'right' as const })),
    ...solutionsOf(run, 'left').map((solution) => ({ ...solution, side: 'left' as const })),
  ];
  for (const { side, payments } of found) {
    const wanted = claimed[side];
    for (const row of payments) wanted.set(row, (wanted.get(row) ?? 0) + 1);
  }
  for (const { side, settlement, payments, candidates } of found) {
    if (payments.some((row) => claimed[side].get(row) !== 1)) continue;
    const [lefts, rights] = side === 'right' ? [payments, [settlement]] : [[settlement], payments];
    run.claims.group('subsetSum', lefts, rights, { candidates, rows: payments.length + 1, solutions: 1 });
  }
}

function solutionsOf(run: Run, side: 'left' | 'right'): Solution[] {
  const { claims, rules } = run;
  const [settlements, payments] = side === 'right' ? [run.right, run.left] : [run.left, run.right];
  const other = side === 'right' ? 'left' : 'right';
  const free = finalRows(settlements, claims.freeRows(side)).filter((row) => isSettlement(settlements, row));
  if (free.length === 0) return [];
  const byCurrency = new Map<number, number[]>();
  for (const row of finalRows(payments, claims.freeRows(other))) {
    if (isSettlement(payments, row)) continue;
    const currency = payments.currency[row] ?? 0;
    const rows = byCurrency.get(currency);
    if (rows) rows.push(row);
    else byCurrency.set(currency, [row]);
  }
  for (const rows of byCurrency.values())
    rows.sort((a, b) => (payments.day[a] ?? 0) - (payments.day[b] ?? 0));
  return free.flatMap((settlement) => {
    const rows = byCurrency.get(settlements.currency[settlement] ?? 0) ?? [];
    const candidates = candidatesOf(run, payments, rows, settlements.day[settlement] ?? NO_DAY);
    const { solutions, places } =
      candidates.length > rules.subsetSum.maxCandidates
        ? { solutions: -1, places: [] }
        : findSubsetSum(
            candidates.map((row) => payments.netMinorAt(row)),
            settlements.netMinorAt(settlement),
          );
    if (solutions !== 1) {
      run.settlementScores[side].set(settlement, { candidates: candidates.length, solutions });
      return [];
    }
    return [
      { settlement, payments: places.map((place) => candidates[place] ?? 0), candidates: candidates.length },
    ];
  });
}

function finalRows(table: RowTable, rows: Int32Array): number[] {
  return Array.from(rows).filter((row) => table.status[row] === 0);
}

/** Of rows by date: those on the settlement's date and the clearing days before; given up at one too many. */
function candidatesOf(
  { rules, calendar }: Run,
  table: RowTable,
  rows: readonly number[],
  day: number,
): number[] {
  const { maxCandidates, days } = rules.subsetSum;
  const candidates: number[] = [];
  let end = rows.length;
  if (day !== NO_DAY) {
    let low = 0;
    while (low < end) {
      const middle = (low + end) >> 1;
      if ((table.day[rows[middle] ?? 0] ?? 0) <= day) low = middle + 1;
      else end = middle;
    }
  }
  for (let at = end - 1; at >= 0 && candidates.length <= maxCandidates; at--) {
    const row = rows[at] ?? 0;
    if (calendar.between(table.day[row] ?? NO_DAY, day) > days) break;
    candidates.push(row);
  }
  return candidates;
}
