import { instalmentAmounts, penaltyFen } from './loan.rules.ts';

describe('an instalment', () => {
  it('is an equal share of the principal and the interest on what is owed', () => {
    expect(instalmentAmounts(1)).toEqual({ principalFen: 250_000, interestFen: 130_000 });
    expect(instalmentAmounts(2)).toEqual({ principalFen: 250_000, interestFen: 129_458 });
    expect(instalmentAmounts(240)).toEqual({ principalFen: 250_000, interestFen: 542 });
  });

  it('costs more by the day when it is late', () => {
    const first = instalmentAmounts(1);
    expect(penaltyFen(first, '2026-03-20', '2026-03-20')).toBe(0);
    expect(penaltyFen(first, '2026-03-20', '2026-03-01')).toBe(0);
    expect(penaltyFen(first, '2026-03-20', '2026-03-21')).toBe(41);
    expect(penaltyFen(first, '2026-02-20', '2026-03-20')).toBe(1_153);
  });
});
