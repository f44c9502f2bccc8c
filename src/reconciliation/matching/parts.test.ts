import fc from 'fast-check';
import { judgeFee } from './fees.ts';
import { likeness, plainReference } from './likeness.ts';
import { findSubsetSum } from './subset-sums.ts';
import { TextPool } from './text-pool.ts';

describe('TextPool', () => {
  it('gives the same text the same number, and gives it back', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 200 }), (texts) => {
        const pool = new TextPool();
        const ids = texts.map((text) => pool.idOf(text));
        expect(ids.map((id) => pool.textOf(id))).toEqual(texts);
        expect(pool.size).toBe(new Set(texts).size);
        expect(texts.map((text) => pool.idOf(text))).toEqual(ids);
      }),
    );
  });

  it('grows beyond its first table', () => {
    const pool = new TextPool();
    const count = 20_000;
    for (let n = 0; n < count; n++) expect(pool.idOf(`ref-${n}`)).toBe(n);
    expect([pool.textOf(0), pool.textOf(count - 1), pool.size]).toEqual(['ref-0', `ref-${count - 1}`, count]);
  });
});

describe('findSubsetSum', () => {
  it('counts solutions as trying all subsets does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -20, max: 60 }), { maxLength: 9 }),
        fc.integer({ min: -40, max: 200 }),
        (addends, sum) => {
          const solutions: number[][] = [];
          for (let mask = 1; mask < 2 ** addends.length; mask++) {
            const places = addends.flatMap((_, place) => ((mask >>> place) & 1 ? [place] : []));
            if (places.reduce((total, place) => total + (addends[place] ?? 0), 0) === sum)
              solutions.push(places);
          }
          const found = findSubsetSum(addends, sum);
          if (sum === 0) expect(found.solutions).toBe(0);
          else if (solutions.length === 1) expect(found).toEqual({ solutions: 1, places: solutions[0] });
          else expect(found).toEqual({ solutions: Math.min(2, solutions.length), places: [] });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('likeness', () => {
  it.each([
    ['ab-12345678', 'AB12345678', 99],
    ['00012345678', '１２３４５６７８', 99],
    ['P2026112100001234', '2026112100001234', 95],
    ['PAY0O12345', 'PAY0012345', 94],
    ['PAY0123456', 'PAY0132456', 92],
    ['PAY0123456', 'PAY01233456', 90],
    ['PAY0123456', 'PAY0123457', 80],
    ['PAY0123456', 'PAY9876543', 0],
    ['A1', 'A12', 0],
    ['', '', 0],
  ])('of %s and %s is %i', (a, b, percent) => {
    expect(likeness(plainReference(a), plainReference(b), 8)).toBe(percent);
    expect(likeness(plainReference(b), plainReference(a), 8)).toBe(percent);
  });
});

describe('judgeFee', () => {
  it('judges refunds as it judges payments', () => {
    const fees = [
      { name: 'x', flatMinor: 0, ratePpm: 6_000, toleranceMinor: 1, tolerancePpm: 0, ceilingPpm: 50_000 },
    ];
    const judged = (grossMinor: number, netMinor: number) =>
      judgeFee(fees, { grossMinor, netMinor, statedFeeMinor: 0, currency: 'CNY' }).kind;
    for (const sign of [1, -1]) {
      expect(judged(sign * 10_000, sign * 9_939)).toBe('withinTolerance');
      expect(judged(sign * 10_000, sign * 9_900)).toBe('offByFee');
      expect(judged(sign * 10_000, sign * 5_000)).toBe('notAFee');
    }
  });
});
