import fc from 'fast-check';
import {
  addMoney,
  formatMinor,
  minorUnitDigits,
  money,
  parseMinor,
  safeSum,
  splitMinor,
  sumMinor,
} from './money.ts';

const safeInteger = fc.maxSafeInteger();
const currency = fc.constantFrom('CNY', 'USD', 'HKD', 'JPY', 'KWD', 'CLF');
const smallAmount = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });

describe('money', () => {
  it('holds whole minor units and nothing else', () => {
    fc.assert(
      fc.property(fc.double({ noInteger: true }), currency, (amount, code) => {
        expect(() => money(amount, code)).toThrow(RangeError);
      }),
    );
    for (const amount of [Number.MAX_SAFE_INTEGER + 1, Number.NaN, Number.POSITIVE_INFINITY, '1' as never]) {
      expect(() => money(amount, 'CNY')).toThrow(RangeError);
    }
    for (const code of ['cny', 'CN', 'CNYY', '', '人民币', 'CNY\n']) {
      expect(() => money(1, code)).toThrow(RangeError);
    }
  });

  it('has one zero', () => {
    expect(Object.is(money(-0, 'CNY').amountMinor, 0)).toBe(true);
    expect(Object.is(parseMinor('-0.00', 'CNY'), 0)).toBe(true);
  });
});

describe('adding', () => {
  it('is exact, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(smallAmount, { minLength: 1, maxLength: 50 }), (amounts) => {
        const exact = Number(amounts.reduce((sum, amount) => sum + BigInt(amount), 0n));
        const [first = money(0, 'CNY'), ...rest] = amounts.map((amount) => money(amount, 'CNY'));
        expect(addMoney(first, ...rest)).toEqual(money(exact, 'CNY'));
        expect(sumMinor(amounts.toReversed())).toBe(exact);
      }),
    );
  });

  it('gives the exact sum or throws, up to the limit and beyond', () => {
    fc.assert(
      fc.property(safeInteger, safeInteger, (a, b) => {
        const exact = BigInt(a) + BigInt(b);
        if (Number.isSafeInteger(Number(exact))) expect(BigInt(safeSum(a, b))).toBe(exact);
        else expect(() => safeSum(a, b)).toThrow(RangeError);
      }),
    );
    expect(() => addMoney(money(Number.MAX_SAFE_INTEGER, 'CNY'), money(1, 'CNY'))).toThrow(RangeError);
  });

  it('never mixes currencies', () => {
    fc.assert(
      fc.property(smallAmount, currency, currency, (amount, one, other) => {
        fc.pre(one !== other);
        expect(() => addMoney(money(amount, one), money(amount, other))).toThrow(RangeError);
      }),
    );
  });

  it('refuses a fraction even where a float would round it away', () => {
    expect(Number.MAX_SAFE_INTEGER - 1 + 0.5).toBe(Number.MAX_SAFE_INTEGER - 1);
    expect(() => safeSum(Number.MAX_SAFE_INTEGER - 1, 0.5)).toThrow(RangeError);
    expect(() => sumMinor([Number.MAX_SAFE_INTEGER - 1, 0.5])).toThrow(RangeError);
  });

  it('of nothing is zero', () => {
    expect(sumMinor([])).toBe(0);
  });
});

describe('decimals', () => {
  it('come back as they went, for every amount and currency', () => {
    fc.assert(
      fc.property(safeInteger, currency, (amount, code) => {
        expect(parseMinor(formatMinor(amount, code), code)).toBe(amount);
      }),
    );
  });

  it('have exactly the digits of their currency', () => {
    expect(formatMinor(-5, 'CNY')).toBe('-0.05');
    expect(formatMinor(123_450, 'CNY')).toBe('1234.50');
    expect(formatMinor(1234, 'JPY')).toBe('1234');
    expect(formatMinor(1, 'KWD')).toBe('0.001');
    fc.assert(
      fc.property(safeInteger, currency, (amount, code) => {
        expect(formatMinor(amount, code).split('.')[1]?.length ?? 0).toBe(minorUnitDigits(code));
      }),
    );
  });

  it('are read where floats go wrong', () => {
    expect(parseMinor('100.10', 'CNY')).toBe(10_010);
    expect(parseMinor('1.1', 'CNY')).toBe(110);
    expect(parseMinor('7', 'CNY')).toBe(700);
    expect(parseMinor('4.35', 'CNY')).toBe(435); // 4.35 * 100 is 434.99999999999994
    expect(parseMinor('90071992547409.91', 'CNY')).toBe(Number.MAX_SAFE_INTEGER);
    expect(parseMinor('0.1000', 'CNY')).toBe(10);
  });

  it.each(['', '.5', '5.', '1,000.00', '1e3', '+1', ' 1', '1 ', '0x10', '１', '1.005', '--1', 'NaN', '1\n'])(
    'refuses %j',
    (text) => {
      expect(() => parseMinor(text, 'CNY')).toThrow(RangeError);
    },
  );

  it('refuses what does not fit', () => {
    expect(() => parseMinor('90071992547409.92', 'CNY')).toThrow(RangeError);
    expect(() => parseMinor('0.5', 'JPY')).toThrow(RangeError);
    expect(() => formatMinor(0.5, 'CNY')).toThrow(RangeError);
    expect(() => formatMinor(1, 'yuan')).toThrow(RangeError);
  });
});

describe('splitMinor', () => {
  it('adds up, stays within one unit of each exact share, and gives what is over to the largest remainder', () => {
    expect(splitMinor(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(splitMinor(10, [0, 1, 2])).toEqual([0, 3, 7]);
    expect(splitMinor(0, [5])).toEqual([0]);
    const total = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const weights = fc
      .array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 6 })
      .filter((list) => list.some((weight) => weight > 0));
    fc.assert(
      fc.property(total, weights, (totalMinor, list) => {
        const parts = splitMinor(totalMinor, list);
        expect(sumMinor(parts)).toBe(totalMinor);
        const sum = BigInt(sumMinor(list));
        for (const [index, part] of parts.entries()) {
          const exact = BigInt(totalMinor) * BigInt(list[index] ?? 0);
          const off = BigInt(part) * sum - exact;
          expect(off > -sum && off < sum).toBe(true);
          if (list[index] === 0) expect(part).toBe(0);
        }
      }),
    );
  });

  it('refuses what cannot be split', () => {
    expect(() => splitMinor(-1, [1])).toThrow(RangeError);
    expect(() => splitMinor(1, [0, 0])).toThrow(RangeError);
    expect(() => splitMinor(1, [])).toThrow(RangeError);
    expect(() => splitMinor(1, [0.5])).toThrow(RangeError);
  });
});
