import type { SideSum } from '../matching/matching.types.ts';
import { assertSafeTotal } from '../matching/proof.ts';
import type { RowTable } from '../matching/row-table.ts';
import { Sums } from './sums.ts';

/** What the rows of a statement come to, counted as they are read; can be copied from a thread. */
export interface SideTotals {
  /** By currency, in its order. */
  all: readonly SideSum[];
  /** Of final rows in the source's currency. */
  bookedMinor: number;
  /** What those say was kept back. */
  feesMinor: number;
  /** Amounts and fees whatever their sign and currency: as long as this can be counted exactly, so can every sum of some of them. */
  absoluteMinor: number;
}

/** Of the first rows of a table. `currency` is the source's. */
export function totalsOf(table: RowTable, count: number, currency: string): SideTotals {
  const bookedId = table.pool.idOf(currency);
  const sums = new Sums();
  let [bookedMinor, feesMinor, absoluteMinor] = [0, 0, 0];
  for (let row = 0; row < count; row++) {
    const amountMinor = table.amountMinor[row] ?? 0;
    const feeMinor = table.feeMinor[row] ?? 0;
    const currencyId = table.currency[row] ?? 0;
    sums.add(currencyId, amountMinor);
    absoluteMinor += Math.abs(amountMinor) + Math.abs(feeMinor);
    if (table.status[row] !== 0 || currencyId !== bookedId) continue;
    bookedMinor += amountMinor;
    feesMinor += feeMinor;
  }
  return { all: sums.listed((id) => table.pool.textOf(id)), bookedMinor, feesMinor, absoluteMinor };
}

/** Of several parts together. Throws RangeError when they could not be counted exactly. */
export function totalsOfAll(parts: Iterable<SideTotals>): SideTotals {
  const sums = new Sums<string>();
  let [bookedMinor, feesMinor, absoluteMinor] = [0, 0, 0];
  for (const part of parts) {
    sums.addAll(part.all);
    bookedMinor += part.bookedMinor;
    feesMinor += part.feesMinor;
    absoluteMinor += part.absoluteMinor;
    assertSafeTotal(absoluteMinor);
  }
  return { all: sums.listed((currency) => currency), bookedMinor, feesMinor, absoluteMinor };
}
