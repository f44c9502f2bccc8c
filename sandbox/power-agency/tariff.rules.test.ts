import fc from 'fast-check';
import {
  type Charge,
  chargesOf,
  daysLate,
  FLAT_PRICE_E8,
  formatPrice,
  lateFeeFen,
  PEAK_PRICE_E8,
  tiersOf,
  usageKwh,
  VALLEY_PRICE_E8,
} from './tariff.rules.ts';

const month = fc
  .tuple(fc.integer({ min: 2020, max: 2035 }), fc.integer({ min: 1, max: 12 }))
  .map(([year, monthOfYear]) => `${year}${String(monthOfYear).padStart(2, '0')}`);
const kwh = fc.integer({ min: 0, max: 1_000_000 });
const date = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-12-31'), noInvalidDate: true });
const isoDate = date.map((value) => value.toISOString().slice(0, 10));
const sumFen = (charges: Charge[]) => charges.reduce((total, charge) => total + charge.amountFen, 0);

describe('prices', () => {
  it('are the published ones', () => {
    expect(formatPrice(FLAT_PRICE_E8)).toBe('0.58886875');
    expect(formatPrice(PEAK_PRICE_E8)).toBe('0.99496875');
    expect(formatPrice(VALLEY_PRICE_E8)).toBe('0.22916875');
  });
});

describe('tiered charges', () => {
  it('of a month in winter, worked by hand', () => {
    // 200 × 0.58886875 + 200 × 0.63886875 + 50 × 0.88886875
    expect(chargesOf({ tariff: 'tiered', kwh: 450 }, '202611')).toEqual([
      { code: 'T1', kwh: 200, priceE8: 58_886_875, amountFen: 11_777 },
      { code: 'T2', kwh: 200, priceE8: 63_886_875, amountFen: 12_777 },
      { code: 'T3', kwh: 50, priceE8: 88_886_875, amountFen: 4_444 },
    ]);
  });

  it('of a month in summer, at the edges of the tiers', () => {
    expect(tiersOf(260, '202605')).toEqual([260, 0, 0]);
    expect(tiersOf(261, '202610')).toEqual([260, 1, 0]);
    expect(tiersOf(600, '202607')).toEqual([260, 340, 0]);
    expect(tiersOf(601, '202607')).toEqual([260, 340, 1]);
    expect(tiersOf(401, '202604')).toEqual([200, 200, 1]);
  });

  it('never lose a kWh, and each line is within half a fen of the exact product', () => {
    fc.assert(
      fc.property(kwh, month, (used, in_) => {
        const charges = chargesOf({ tariff: 'tiered', kwh: used }, in_);
        expect(charges.reduce((total, charge) => total + charge.kwh, 0)).toBe(used);
        for (const charge of charges) {
          const exactE8 = BigInt(charge.kwh) * BigInt(charge.priceE8);
          const offE8 = BigInt(charge.amountFen) * 1_000_000n - exactE8;
          expect(offE8 > -500_000n && offE8 <= 500_000n).toBe(true);
        }
      }),
    );
  });

  it('cost more for more, and summer never costs more than winter', () => {
    fc.assert(
      fc.property(kwh, fc.integer({ min: 1, max: 1000 }), month, (used, more, in_) => {
        const cost = (amountKwh: number, of: string) =>
          sumFen(chargesOf({ tariff: 'tiered', kwh: amountKwh }, of));
        expect(cost(used + more, in_)).toBeGreaterThan(cost(used, in_));
        // Three lines are rounded: they may differ by a fen and a half from one another's sums.
        expect(cost(used, '202607')).toBeLessThanOrEqual(cost(used, '202612') + 2);
      }),
    );
  });
});

describe('time-of-use charges', () => {
  it('add the surcharge of the tier to the price of the hour, worked by hand', () => {
    // 300 kWh in winter: 100 of them in the second tier.
    expect(
      chargesOf({ tariff: 'timeOfUse', peakKwh: 120, flatKwh: 100, valleyKwh: 80 }, '202612').map(
        ({ code, kwh: amountKwh, amountFen }) => [code, amountKwh, amountFen],
      ),
    ).toEqual([
      ['TP', 120, 11_940],
      ['TF', 100, 5_889],
      ['TV', 80, 1_833],
      ['A2', 100, 500],
    ]);
  });

  it('of flat hours only cost what the tiered tariff costs, but for rounding', () => {
    fc.assert(
      fc.property(kwh, month, (used, in_) => {
        const tiered = sumFen(chargesOf({ tariff: 'tiered', kwh: used }, in_));
        const usage = { tariff: 'timeOfUse', peakKwh: 0, flatKwh: used, valleyKwh: 0 } as const;
        expect(Math.abs(sumFen(chargesOf(usage, in_)) - tiered)).toBeLessThanOrEqual(3);
      }),
    );
  });

  it('are cheapest in the valley and dearest at the peak', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 100_000 }), month, (used, in_) => {
        const none = { peakKwh: 0, flatKwh: 0, valleyKwh: 0 };
        const cost = (hours: Partial<typeof none>) =>
          sumFen(chargesOf({ tariff: 'timeOfUse', ...none, ...hours }, in_));
        expect(cost({ valleyKwh: used })).toBeLessThan(cost({ flatKwh: used }));
        expect(cost({ flatKwh: used })).toBeLessThan(cost({ peakKwh: used }));
      }),
    );
  });
});

describe('usage', () => {
  it('is refused when it is not whole, or negative, or too large to be exact', () => {
    expect(() => usageKwh({ tariff: 'tiered', kwh: 1.5 })).toThrow(RangeError);
    expect(() => usageKwh({ tariff: 'tiered', kwh: -1 })).toThrow(RangeError);
    expect(() => chargesOf({ tariff: 'tiered', kwh: 2 ** 40 }, '202612')).toThrow(RangeError);
    expect(() => tiersOf(1, '202613')).toThrow(RangeError);
  });
});

describe('the late fee', () => {
  it('starts on the day after the due date and counts the day of payment', () => {
    expect(lateFeeFen(100_00, '2026-11-20', '2026-11-20')).toBe(0);
    expect(lateFeeFen(100_00, '2026-11-20', '2026-11-21')).toBe(10);
    expect(lateFeeFen(100_00, '2026-11-20', '2026-12-20')).toBe(300);
    expect(lateFeeFen(123_45, '2026-11-20', '2026-11-21')).toBe(12);
    expect(lateFeeFen(1_234_50, '2026-11-20', '2026-11-21')).toBe(123);
    expect(lateFeeFen(1_235_00, '2026-11-20', '2026-11-21')).toBe(124);
  });

  it('is a thousandth a day, simple, within half a fen', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000_000 }), isoDate, isoDate, (arrearsFen, dueDate, paidOn) => {
        const days = daysLate(dueDate, paidOn);
        const fen = lateFeeFen(arrearsFen, dueDate, paidOn);
        expect(Number.isInteger(days) && days >= 0).toBe(true);
        expect(Math.abs(fen * 1000 - arrearsFen * days)).toBeLessThanOrEqual(500);
      }),
    );
  });

  it('is nothing in time, and never shrinks from one day to the next', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000_000 }), isoDate, isoDate, (arrearsFen, dueDate, paidOn) => {
        const nextDay = new Date(Date.parse(paidOn) + 86_400_000).toISOString().slice(0, 10);
        const fen = lateFeeFen(arrearsFen, dueDate, paidOn);
        if (paidOn <= dueDate) expect(fen).toBe(0);
        expect(lateFeeFen(arrearsFen, dueDate, nextDay)).toBeGreaterThanOrEqual(fen);
      }),
    );
  });
});
