import fc from 'fast-check';
import { formatPeriod, inGroups, parseAmount, plainAmount, totals } from './format.ts';

describe('amounts on the page', () => {
  it('come back from their written form without losing a fen', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 99_999_999_999_999 }),
        fc.constantFrom('CNY', 'JPY', 'KWD'),
        (amountMinor, currency) => {
          const isTooLong = plainAmount({ amountMinor, currency }).split('.')[0]?.length ?? 0;
          fc.pre(isTooLong <= 12);
          expect(parseAmount(plainAmount({ amountMinor, currency }), currency)).toBe(amountMinor);
        },
      ),
    );
  });

  it('are written with the digits of their currency', () => {
    expect(plainAmount({ amountMinor: 5, currency: 'CNY' })).toBe('0.05');
    expect(plainAmount({ amountMinor: -12345, currency: 'CNY' })).toBe('-123.45');
    expect(plainAmount({ amountMinor: 500, currency: 'JPY' })).toBe('500');
  });

  it('are read as people type them, and not guessed', () => {
    expect(parseAmount(' ¥1,234.5 ', 'CNY')).toBe(123_450);
    expect(parseAmount('100.', 'CNY')).toBe(10_000);
    for (const text of ['', '1.234', '1e3', '-5', 'abc', '1 2', '1234567890123']) {
      expect(parseAmount(text, 'CNY')).toBeNull();
    }
  });

  it('are summed by currency', () => {
    const [cny, jpy] = [
      { amountMinor: 150, currency: 'CNY' },
      { amountMinor: 7, currency: 'JPY' },
    ];
    expect(totals([cny, jpy, cny])).toEqual([{ amountMinor: 300, currency: 'CNY' }, jpy]);
    expect(totals([])).toEqual([]);
  });
});

it('writes a token in groups of four', () => {
  expect(inGroups('12345678901234567890')).toBe('1234 5678 9012 3456 7890');
  expect(inGroups('1234 56')).toBe('1234 56');
  expect(inGroups('')).toBe('');
});

it('leaves alone what an agency calls a period in its own way', () => {
  expect(formatPeriod('2026 heating season')).toBe('2026 heating season');
  expect(formatPeriod('2026-10')).toContain('2026');
});
