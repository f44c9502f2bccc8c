/** One account in one month; balances are debits less credits. */
interface AccountSums {
  openingMinor: number;
  debitMinor: number;
  creditMinor: number;
  closingMinor: number;
}

interface Sides {
  debit: number;
  credit: number;
}

/** The columns of a trial balance, in minor units. */
export interface Columns {
  opening: Sides;
  turnover: Sides;
  closing: Sides;
}

/** A balance stands on the side that is heavier, and is never negative there. */
export function columnsOf({ openingMinor, debitMinor, creditMinor, closingMinor }: AccountSums): Columns {
  return {
    opening: sidesOf(openingMinor),
    turnover: { debit: debitMinor, credit: creditMinor },
    closing: sidesOf(closingMinor),
  };
}

export function sumOf(all: readonly Columns[]): Columns {
  const sides = (group: keyof Columns): Sides => ({
    debit: all.reduce((sum, columns) => sum + columns[group].debit, 0),
    credit: all.reduce((sum, columns) => sum + columns[group].credit, 0),
  });
  return { opening: sides('opening'), turnover: sides('turnover'), closing: sides('closing') };
}

const sidesOf = (balanceMinor: number): Sides => ({
  debit: Math.max(balanceMinor, 0),
  credit: Math.max(-balanceMinor, 0),
});
