import type { RowTable } from './row-table.ts';
import { type RunBase, sumMinorOf } from './run.ts';

/** Right less left in minor units; null in several currencies, and where a row can't be read. */
export function differenceMinorOf(
  { left, right }: RunBase,
  lefts: readonly number[],
  rights: readonly number[],
): number | null {
  const currency = lefts.length > 0 ? left.currency[lefts[0] ?? 0] : right.currency[rights[0] ?? 0];
  const isCounted = (table: RowTable) => (row: number) =>
    table.currency[row] === currency && table.isUnreadable[row] === 0;
  if (!lefts.every(isCounted(left)) || !rights.every(isCounted(right))) return null;
  return sumMinorOf(right.amountMinor, rights) - sumMinorOf(left.amountMinor, lefts);
}
