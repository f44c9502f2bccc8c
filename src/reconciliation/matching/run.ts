import type { Chains } from './chains.ts';
import type { Claims } from './claims.ts';
import type { KeyIds } from './key-ids.ts';
import type { Scores, Side } from './matching.types.ts';
import type { RowTable } from './row-table.ts';
import { dayOf, NO_DAY } from './row-values.ts';
import type { MatchingRules } from './rules.ts';

/** What is known before references have numbers. */
export interface RunBase {
  left: RowTable;
  right: RowTable;
  sides: { left: Side; right: Side };
  rules: MatchingRules;
  claims: Claims;
  calendar: ClearingCalendar;
  /** What was found out of settlements that no sum of payments explains. */
  settlementScores: { left: Map<number, Scores>; right: Map<number, Scores> };
}

/** What every pass works on. */
export interface Run extends RunBase {
  ids: { left: KeyIds; right: KeyIds };
  chains: { left: Chains; right: Chains };
}

/** Counts days on which is cleared. */
export class ClearingCalendar {
  private readonly closed: Int32Array;

  constructor(closedOn: readonly string[]) {
    this.closed = Int32Array.from(new Set(closedOn.map(dayOf))).sort();
  }

  /** Clearing days from one day to the other: negative when `to` comes first, 0 when either is unknown. */
  between(from: number, to: number): number {
    if (from === to || from === NO_DAY || to === NO_DAY) return 0;
    return this.placeOf(to) - this.placeOf(from);
  }

  private placeOf(day: number): number {
    let low = 0;
    let high = this.closed.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.closed[middle] ?? 0) <= day) low = middle + 1;
      else high = middle;
    }
    return day - low;
  }
}

/** Clearing days between two rows, never negative. */
export function daysApart({ left, right, calendar }: RunBase, leftRow: number, rightRow: number): number {
  return Math.abs(calendar.between(left.day[leftRow] ?? NO_DAY, right.day[rightRow] ?? NO_DAY));
}

/** Whether two rows say the same of amount, currency, status and fee. */
export function agree({ left, right }: RunBase, leftRow: number, rightRow: number): boolean {
  return (
    left.amountMinor[leftRow] === right.amountMinor[rightRow] &&
    left.currency[leftRow] === right.currency[rightRow] &&
    left.status[leftRow] === right.status[rightRow] &&
    feesAgree(left.feeMinor[leftRow] ?? 0, right.feeMinor[rightRow] ?? 0)
  );
}

/** Whether two dates are the same; one that is not there contradicts none. On closed days two dates are two all the same. */
export function isOneDay(a: number, b: number): boolean {
  return a === b || a === NO_DAY || b === NO_DAY;
}

/** A side that says no fee contradicts none. */
export function feesAgree(aMinor: number, bMinor: number): boolean {
  return aMinor === bMinor || aMinor === 0 || bMinor === 0;
}

export const isRefund = (table: RowTable, row: number): boolean =>
  table.kind[row] === 1 || (table.amountMinor[row] ?? 0) < 0;

export const sumMinorOf = (column: Float64Array, rows: readonly number[]): number =>
  rows.reduce((sum, row) => sum + (column[row] ?? 0), 0);

/** Whether all rows are in one currency and have moved money. */
export function isOneFinalCurrency(
  { left, right }: Run,
  lefts: readonly number[],
  rights: readonly number[],
): boolean {
  const currency = left.currency[lefts[0] ?? 0];
  const fits = (table: RowTable) => (row: number) =>
    table.currency[row] === currency && table.status[row] === 0;
  return lefts.every(fits(left)) && rights.every(fits(right));
}

export const netMinorOf = (table: RowTable, rows: readonly number[]): number =>
  rows.reduce((sum, row) => sum + table.netMinorAt(row), 0);
