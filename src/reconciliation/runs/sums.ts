import type { SideSum } from '../matching/matching.types.ts';

/** Rows and money by currency. */
export class Sums<Currency extends number | string = number> {
  private readonly byCurrency = new Map<Currency, { rows: number; amountMinor: number }>();

  add(currency: Currency, amountMinor: number, rows = 1): void {
    let sum = this.byCurrency.get(currency);
    if (!sum) {
      sum = { rows: 0, amountMinor: 0 };
      this.byCurrency.set(currency, sum);
    }
    sum.rows += rows;
    sum.amountMinor += amountMinor;
  }

  addAll(this: Sums<string>, sums: readonly SideSum[]): void {
    for (const { currency, amountMinor, rows } of sums) this.add(currency, amountMinor, rows);
  }

  /** By currency, in its order. */
  listed(nameOf: (currency: Currency) => string): SideSum[] {
    return [...this.byCurrency]
      .map(([currency, sum]) => ({ currency: nameOf(currency), ...sum }))
      .sort((a, b) => (a.currency < b.currency ? -1 : 1));
  }
}
