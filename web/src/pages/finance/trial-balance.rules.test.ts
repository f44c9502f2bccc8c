import { columnsOf, sumOf } from './trial-balance.rules.ts';

const cash = { openingMinor: 500, debitMinor: 300, creditMinor: 100, closingMinor: 700 };
const payable = { openingMinor: -500, debitMinor: 100, creditMinor: 300, closingMinor: -700 };

describe('a trial balance', () => {
  it('shows what is owed as a credit, and nothing as negative', () => {
    expect(columnsOf(cash)).toEqual({
      opening: { debit: 500, credit: 0 },
      turnover: { debit: 300, credit: 100 },
      closing: { debit: 700, credit: 0 },
    });
    expect(columnsOf(payable).closing).toEqual({ debit: 0, credit: 700 });
  });

  it('comes to the same on both sides of each pair of columns', () => {
    const { opening, turnover, closing } = sumOf([cash, payable].map(columnsOf));
    for (const { debit, credit } of [opening, turnover, closing]) expect(debit).toBe(credit);
    expect(closing.debit).toBe(700);
  });
});
