import fc from 'fast-check';
import { type Charge, chargesOf, formatPrice, lateFeeFen, SEWAGE_PRICE_E4, tiersOf } from './tariff.rules.ts';

const months = fc.integer({ min: 1, max: 12 });
const volumeM3 = fc.integer({ min: 0, max: 100_000 });
const sumFen = (charges: Charge[]) => charges.reduce((total, { amountFen }) => total + amountFen, 0);

describe('water charges', () => {
  it('of two months, worked by hand', () => {
    // 52 × 1.98 + 16 × 2.97 + 12 × 3.96 + 80 × 0.95 + 2 × 5
    expect(chargesOf({ volumeM3: 80, months: 2 })).toEqual([
      { code: 'W1', quantity: 52, priceE4: 19_800, amountFen: 10_296 },
      { code: 'W2', quantity: 16, priceE4: 29_700, amountFen: 4_752 },
      { code: 'W3', quantity: 12, priceE4: 39_600, amountFen: 4_752 },
      { code: 'WS', quantity: 80, priceE4: 9_500, amountFen: 7_600 },
      { code: 'LJ', quantity: 2, priceE4: 50_000, amountFen: 1_000 },
    ]);
    expect(formatPrice(SEWAGE_PRICE_E4)).toBe('0.9500');
  });

  it('at the edges of the tiers', () => {
    expect(tiersOf({ volumeM3: 26, months: 1 })).toEqual([26, 0, 0]);
    expect(tiersOf({ volumeM3: 27, months: 1 })).toEqual([26, 1, 0]);
    expect(tiersOf({ volumeM3: 69, months: 2 })).toEqual([52, 16, 1]);
  });

  it('of nothing used are the waste fee alone', () => {
    expect(chargesOf({ volumeM3: 0, months: 1 })).toMatchObject([{ code: 'LJ', amountFen: 500 }]);
  });

  it('never lose a cubic metre, and sewage is paid on each', () => {
    fc.assert(
      fc.property(volumeM3, months, (used, of) => {
        expect(tiersOf({ volumeM3: used, months: of }).reduce((a, b) => a + b)).toBe(used);
        const charges = chargesOf({ volumeM3: used, months: of });
        expect(charges.find(({ code }) => code === 'WS')?.quantity ?? 0).toBe(used);
        for (const { quantity, priceE4, amountFen } of charges) {
          const offE4 = BigInt(amountFen) * 100n - BigInt(quantity) * BigInt(priceE4);
          expect(offE4 > -50n && offE4 <= 50n).toBe(true);
        }
      }),
    );
  });

  it('cost more for more, and never more over a longer period but for its waste fee', () => {
    fc.assert(
      fc.property(volumeM3, fc.integer({ min: 1, max: 500 }), months, (used, more, of) => {
        const costFen = (usedM3: number, months_: number) =>
          sumFen(chargesOf({ volumeM3: usedM3, months: months_ }));
        expect(costFen(used + more, of)).toBeGreaterThan(costFen(used, of));
        if (of < 12) expect(costFen(used, of + 1)).toBeLessThanOrEqual(costFen(used, of) + 500);
      }),
    );
  });

  it('refuse usage that no meter counts', () => {
    for (const odd of [
      { volumeM3: -1, months: 1 },
      { volumeM3: 1.5, months: 1 },
      { volumeM3: 1, months: 0 },
      { volumeM3: 1, months: 13 },
    ]) {
      expect(() => chargesOf(odd)).toThrow(RangeError);
    }
  });
});

describe('the late fee', () => {
  it('is none on the last day, a thousandth the day after, and never above the arrears', () => {
    expect(lateFeeFen(12_345, '2026-11-10', '2026-11-10')).toBe(0);
    expect(lateFeeFen(12_345, '2026-11-10', '2026-11-11')).toBe(12);
    expect(lateFeeFen(12_345, '2026-11-10', '2026-11-20')).toBe(123);
    expect(lateFeeFen(12_345, '2016-11-10', '2026-11-20')).toBe(12_345);
  });
});
