import type { Claims } from './claims.ts';
import type { SideProof, SideSum } from './matching.types.ts';
import type { RowTable } from './row-table.ts';

/** Throws RangeError when amounts and fees of a side are so large that some sum of them could lose a minor unit. */
export function assertCountable(table: RowTable): void {
  let totalMinor = 0;
  for (let row = 0; row < table.count; row++) {
    totalMinor += Math.abs(table.amountMinor[row] ?? 0) + Math.abs(table.feeMinor[row] ?? 0);
    assertSafeTotal(totalMinor);
  }
}

/** Throws RangeError for a sum of amounts, whatever their sign, that may have lost a minor unit. */
export function assertSafeTotal(totalMinor: number): void {
  if (totalMinor > Number.MAX_SAFE_INTEGER)
    throw new RangeError('amounts add up to more than can be counted exactly');
}

/**
 * Counts both sides anew, from the matches and the breaks themselves: each row is in exactly one of them, and rows and money of all
 * are those of the matched and the broken together. Throws when they are not, which would be a fault of the engine.
 */
export function prove(
  left: RowTable,
  right: RowTable,
  claims: Claims,
): { left: SideProof; right: SideProof } {
  const tallies = { left: new Tally(left), right: new Tally(right) };
  claims.visit(
    (_, leftRow, rightRow) => {
      tallies.left.matched(leftRow);
      tallies.right.matched(rightRow);
    },
    (match) => {
      for (const row of match.left) tallies.left.matched(row);
      for (const row of match.right) tallies.right.matched(row);
    },
  );
  for (const found of claims.breaks) {
    for (const row of found.left) tallies.left.broken(row);
    for (const row of found.right) tallies.right.broken(row);
  }
  return { left: tallies.left.proof(), right: tallies.right.proof() };
}

interface Sum {
  rows: number;
  amountMinor: number;
}

/** Sums by currency. Nearly all rows are in the currency of the row before. */
class Sums {
  readonly byCurrency = new Map<number, Sum>();
  private lastCurrency = -1;
  private last: Sum = { rows: 0, amountMinor: 0 };

  add(currency: number, amountMinor: number): void {
    if (currency !== this.lastCurrency) {
      this.last = this.byCurrency.get(currency) ?? { rows: 0, amountMinor: 0 };
      this.byCurrency.set(currency, this.last);
      this.lastCurrency = currency;
    }
    this.last.rows++;
    this.last.amountMinor += amountMinor;
  }
}

const MATCHED = 1;
const BROKEN = 2;

/** First each row is marked as what it was found in, then all rows are counted one after the other: they lie in memory like that. */
class Tally {
  private readonly table: RowTable;
  private readonly marks: Uint8Array;

  constructor(table: RowTable) {
    this.table = table;
    this.marks = new Uint8Array(table.count);
  }

  matched(row: number): void {
    this.mark(row, MATCHED);
  }

  broken(row: number): void {
    this.mark(row, BROKEN);
  }

  proof(): SideProof {
    const { table, marks } = this;
    const [all, matched, broken] = [new Sums(), new Sums(), new Sums()];
    for (let row = 0; row < table.count; row++) {
      const currency = table.currency[row] ?? 0;
      const amountMinor = table.amountMinor[row] ?? 0;
      all.add(currency, amountMinor);
      if (marks[row] === MATCHED) matched.add(currency, amountMinor);
      else if (marks[row] === BROKEN) broken.add(currency, amountMinor);
    }
    const textOf = (id: number) => this.table.pool.textOf(id);
    for (const [currency, total] of all.byCurrency) {
      const [of, off] = [matched.byCurrency.get(currency), broken.byCurrency.get(currency)];
      const rows = (of?.rows ?? 0) + (off?.rows ?? 0);
      const amountMinor = (of?.amountMinor ?? 0) + (off?.amountMinor ?? 0);
      if (rows !== total.rows || amountMinor !== total.amountMinor) {
        throw new Error(
          `matching lost ${total.rows - rows} rows and ${total.amountMinor - amountMinor} minor units of ${textOf(currency)}`,
        );
      }
    }
    const list = (sums: Sums): SideSum[] =>
      [...sums.byCurrency]
        .map(([currency, sum]) => ({ currency: textOf(currency), ...sum }))
        .sort((a, b) => (a.currency < b.currency ? -1 : 1));
    return { all: list(all), matched: list(matched), broken: list(broken) };
  }

  private mark(row: number, as: number): void {
    if (this.marks[row] !== 0) throw new Error(`matching used row ${row} twice`);
    this.marks[row] = as;
  }
}
