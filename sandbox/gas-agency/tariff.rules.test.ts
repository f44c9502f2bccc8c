import fc from 'fast-check';
import {
  chargesOf,
  costFen,
  formatPrice,
  formatVolume,
  owedOn,
  SALE_STEP_DM3,
  TIER_ENDS_DM3,
  volumeForDm3,
} from './tariff.rules.ts';

const volume = fc.integer({ min: 0, max: 2_000_000 });

describe('gas charges', () => {
  it('of a month that crosses both ends of tiers, worked by hand', () => {
    // 310 m³ went before: 10 × 3.45 + 80 × 4.14 + 5 × 5.18
    expect(chargesOf({ volumeDm3: 95_000, usedDm3: 310_000 })).toEqual([
      { code: 'G1', volumeDm3: 10_000, priceE4: 34_500, amountFen: 3_450 },
      { code: 'G2', volumeDm3: 80_000, priceE4: 41_400, amountFen: 33_120 },
      { code: 'G3', volumeDm3: 5_000, priceE4: 51_800, amountFen: 2_590 },
    ]);
    expect(formatPrice(34_500)).toBe('3.4500');
    expect(formatVolume(10_990)).toBe('10.9');
  });

  it('never lose a drop, each line within half a fen of the exact product', () => {
    fc.assert(
      fc.property(volume, volume, (volumeDm3, usedDm3) => {
        const charges = chargesOf({ volumeDm3, usedDm3 });
        expect(charges.reduce((total, charge) => total + charge.volumeDm3, 0)).toBe(volumeDm3);
        for (const charge of charges) {
          const off = BigInt(charge.amountFen) * 100_000n - BigInt(charge.volumeDm3) * BigInt(charge.priceE4);
          expect(off > -50_000n && off <= 50_000n).toBe(true);
        }
      }),
    );
  });

  it('cost the same in one bill or in two, but for rounding, and more the later in the year', () => {
    fc.assert(
      fc.property(volume, volume, volume, (a, b, usedDm3) => {
        const whole = costFen({ volumeDm3: a + b, usedDm3 });
        const parts = costFen({ volumeDm3: a, usedDm3 }) + costFen({ volumeDm3: b, usedDm3: usedDm3 + a });
        expect(Math.abs(whole - parts)).toBeLessThanOrEqual(3);
        expect(costFen({ volumeDm3: a, usedDm3: usedDm3 + b })).toBeGreaterThanOrEqual(
          costFen({ volumeDm3: a, usedDm3 }) - 3,
        );
      }),
    );
  });

  it('change price after the last litre of a tier', () => {
    expect(chargesOf({ volumeDm3: 1, usedDm3: TIER_ENDS_DM3[0] - 1 })).toMatchObject([{ code: 'G1' }]);
    expect(chargesOf({ volumeDm3: 1, usedDm3: TIER_ENDS_DM3[0] })).toMatchObject([{ code: 'G2' }]);
    expect(chargesOf({ volumeDm3: 1, usedDm3: TIER_ENDS_DM3[1] })).toMatchObject([{ code: 'G3' }]);
  });

  it('refuse volumes that no meter counts', () => {
    expect(() => chargesOf({ volumeDm3: -1, usedDm3: 0 })).toThrow(RangeError);
    expect(() => chargesOf({ volumeDm3: 1, usedDm3: 0.5 })).toThrow(RangeError);
  });
});

describe('what an amount buys', () => {
  it('is the most that it pays for', () => {
    expect(volumeForDm3({ amountFen: 10_000, usedDm3: 0 })).toBe(28_900);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), volume, (amountFen, usedDm3) => {
        const volumeDm3 = volumeForDm3({ amountFen, usedDm3 });
        expect(costFen({ volumeDm3, usedDm3 })).toBeLessThanOrEqual(amountFen);
        expect(costFen({ volumeDm3: volumeDm3 + SALE_STEP_DM3, usedDm3 })).toBeGreaterThan(amountFen);
      }),
    );
  });
});

describe('what is owed', () => {
  const bill = { arrearsFen: 10_000, dueDate: '2026-11-10' };
  it('has no late fee up to the due date, and a thousandth a day after', () => {
    expect(owedOn(bill, [], '2026-11-10')).toEqual({ arrearsFen: 10_000, lateFeeFen: 0 });
    expect(owedOn(bill, [], '2026-11-20')).toEqual({ arrearsFen: 10_000, lateFeeFen: 100 });
  });

  it('after a part payment accrues on what is left alone', () => {
    const paid = [{ onDate: '2026-11-20', amountFen: 5_100 }];
    expect(owedOn(bill, paid, '2026-11-20')).toEqual({ arrearsFen: 5_000, lateFeeFen: 0 });
    expect(owedOn(bill, paid, '2026-11-30')).toEqual({ arrearsFen: 5_000, lateFeeFen: 50 });
    expect(owedOn(bill, [{ onDate: '2026-11-01', amountFen: 10_000 }], '2027-11-30')).toEqual({
      arrearsFen: 0,
      lateFeeFen: 0,
    });
  });

  it('falls on the day of a payment by just that payment, however much it was', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 0, max: 400 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (arrearsFen, daysLate, share) => {
          const onDate = new Date(Date.parse(bill.dueDate) + daysLate * 86_400_000)
            .toISOString()
            .slice(0, 10);
          const before = owedOn({ ...bill, arrearsFen }, [], onDate);
          const dueFen = before.arrearsFen + before.lateFeeFen;
          const amountFen = Math.floor(dueFen * share);
          const after = owedOn({ ...bill, arrearsFen }, [{ onDate, amountFen }], onDate);
          expect(after.arrearsFen + after.lateFeeFen).toBe(dueFen - amountFen);
          expect(Math.min(after.arrearsFen, after.lateFeeFen)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});
