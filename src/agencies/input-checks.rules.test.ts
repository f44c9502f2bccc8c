import fc from 'fast-check';
import { passesCheck } from './input-checks.rules.ts';

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));

describe('an identity number', () => {
  const isRight = (value: string) => passesCheck('identityNumber', value);

  /** By the standard's own definition: the weighted sum of all 18, the last weighing one, is 1 modulo 11. */
  const sumOf = (value: string) =>
    [...value].reduce(
      (sum, char, index) => sum + (char === 'X' ? 10 : Number(char)) * (2 ** (17 - index) % 11),
      0,
    );

  const number = fc
    .record({
      place: fc.constantFrom('110105', '440106', '310101', '810000', '830000', '944156'),
      born: fc
        .date({
          min: new Date('1900-01-01T00:00:00Z'),
          max: new Date('2026-01-01T00:00:00Z'),
          noInvalidDate: true,
        })
        .map((date) => date.toISOString().slice(0, 10).replaceAll('-', '')),
      serial: digits(3),
    })
    .map(({ place, born, serial }) => {
      const body = `${place}${born}${serial}`;
      const check = [...'0123456789X'].find((char) => sumOf(body + char) % 11 === 1);
      return `${body}${check}`;
    });

  it('is right when GB 11643-1999 says so: its own examples', () => {
    expect(isRight('11010519491231002X')).toBe(true);
    expect(isRight('440524188001010014')).toBe(false); // its check is right, and nobody is that old
  });

  it('is right with the one check character that the others ask for, and with no other', () => {
    fc.assert(
      fc.property(number, (value) => {
        const right = [...'0123456789X'].filter((char) => isRight(value.slice(0, -1) + char));
        expect(right).toEqual([value.at(-1)]);
      }),
    );
  });

  it('is wrong once a digit is mistyped, or two neighbours change places', () => {
    fc.assert(
      fc.property(number, fc.nat(16), fc.integer({ min: 1, max: 9 }), (value, at, by) => {
        const chars = [...value];
        const mistyped = chars.with(at, String((Number(chars[at]) + by) % 10)).join('');
        expect(isRight(mistyped)).toBe(false);
        const swapped = chars.with(at, chars[at + 1] ?? '').with(at + 1, chars[at] ?? '');
        if (swapped.join('') !== value) expect(isRight(swapped.join(''))).toBe(false);
      }),
    );
  });

  it('has a place and a day of birth that there are', () => {
    const withCheck = (body: string) =>
      body + [...'0123456789X'].find((char) => sumOf(body + char) % 11 === 1);
    expect(isRight(withCheck('44010619900228001'))).toBe(true);
    expect(isRight(withCheck('44010620000229001'))).toBe(true);
    for (const wrong of [
      '44010619900229001',
      '44010619901301001',
      '00010619900228001',
      '84010619900228001',
    ]) {
      expect([wrong, isRight(withCheck(wrong))]).toEqual([wrong, false]);
    }
  });

  it('is 18 characters and not the 15 of before 1999', () => {
    for (const wrong of [
      '',
      '110105491231002',
      '11010519491231002x',
      '11010519491231002XX',
      'X'.repeat(18),
    ]) {
      expect(isRight(wrong)).toBe(false);
    }
  });
});

describe('a plate', () => {
  it.each([
    '粤A12345',
    '粤A8B9C0',
    '京A1234警',
    '粤B1234学',
    '粤Z1234港',
    '粤ZAB12澳',
    '沪A0023领',
    '粤AD12345',
    '粤ADF2345',
    '粤A12345F',
    '224578使',
  ])('is %s', (plate) => expect(passesCheck('plateNumber', plate)).toBe(true));

  it.each([
    '',
    '粤A1234',
    '粤AI2345',
    '粤AO2345',
    '粤I12345',
    '某A12345',
    '粤A123456',
    '粤AZ12345',
    '粤A1234港',
    '京AD1234警',
    '粤A12345x',
    '粤a12345',
    ' 粤A12345',
    'A12345',
  ])('is not %j', (plate) => expect(passesCheck('plateNumber', plate)).toBe(false));
});

describe('a meter’s number', () => {
  it('is any twelve digits, but for those that call every meter', () => {
    fc.assert(
      fc.property(digits(12), (meter) => {
        expect(passesCheck('meterNumber', meter)).toBe(meter !== '999999999999');
        expect(passesCheck('meterNumber', meter.slice(1))).toBe(false);
        expect(passesCheck('meterNumber', `${meter}0`)).toBe(false);
      }),
    );
    expect(passesCheck('meterNumber', '999999999999')).toBe(false);
    expect(passesCheck('meterNumber', '12345678901A')).toBe(false);
  });
});
