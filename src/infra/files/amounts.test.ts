import fc from 'fast-check';
import { formatMinor } from '../../kernel/money.ts';
import { plainText, readDecimal, readMinorUnits, readPrintedAmount, readSwiftAmount } from './amounts.ts';

const amount = fc.maxSafeInteger();
const currency = fc.constantFrom('CNY', 'JPY', 'BHD', 'CLF');
/** Thousands apart, as exports print them. */
const grouped = (text: string) => text.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');

describe('amounts', () => {
  it('come back as they were written, in every way of writing', () => {
    fc.assert(
      fc.property(amount, currency, (amountMinor, code) => {
        const text = formatMinor(amountMinor, code);
        expect(readDecimal(text, code)).toBe(amountMinor);
        expect(readDecimal(text.includes('.') ? `${text}000` : `${text}.000`, code)).toBe(amountMinor);
        expect(readPrintedAmount(grouped(text), code)).toBe(amountMinor);
        expect(readPrintedAmount(`\`¥${grouped(text)}\t`, code)).toBe(amountMinor);
        expect(readMinorUnits(String(amountMinor))).toBe(amountMinor);
        if (amountMinor >= 0) expect(readSwiftAmount(text.replace('.', ','), code)).toBe(amountMinor);
      }),
    );
  });

  it.each([
    ['380115,', 38011500],
    ['0,12', 12],
    ['001,12', 112],
    [',5', 50],
    ['12.50', 1250],
  ])('of SWIFT: %s is %i', (text, amountMinor) => {
    expect(readSwiftAmount(text, 'EUR')).toBe(amountMinor);
  });

  it.each([
    ['１２３４．５０元', 123450],
    ['￥1,234.50', 123450],
    ['-¥0.02', -2],
    ['¥-0.02', -2],
    ['(12.00)', -1200],
    ['12.00-', -1200],
    ['RMB 12', 1200],
    ['+3.10', 310],
    ['−3.10', -310],
  ])('as printed: %s is %i', (text, amountMinor) => {
    expect(readPrintedAmount(text, 'CNY')).toBe(amountMinor);
  });

  it.each([
    ['', 'amount_unreadable'],
    ['.', 'amount_unreadable'],
    ['1e3', 'amount_unreadable'],
    ['1.2.3', 'amount_unreadable'],
    ['1,23', 'amount_unreadable'],
    ['1,2345', 'amount_unreadable'],
    ['-(3)', 'amount_unreadable'],
    ['NaN', 'amount_unreadable'],
    ['0x10', 'amount_unreadable'],
    ['8.855', 'amount_finer_than_minor_unit'],
    ['99999999999999999', 'amount_too_large'],
    ['9'.repeat(70), 'amount_unreadable'],
  ])('never guesses: “%s” is %s', (text, problem) => {
    expect(readPrintedAmount(text, 'CNY')).toBe(problem);
  });

  it('reads plain digits as it reads them with a sign in front', () => {
    const plain = fc.string({ unit: fc.constantFrom(...'0123456789.'), maxLength: 20 });
    fc.assert(
      fc.property(plain, fc.constantFrom('CNY', 'JPY', 'BHD', 'cny', null), (text, currency) => {
        expect(readPrintedAmount(text, currency)).toBe(readPrintedAmount(`+${text}`, currency));
      }),
    );
  });

  it('knows how many digits a currency has', () => {
    expect(readDecimal('8.855', 'BHD')).toBe(8855);
    expect(readDecimal('8.5', 'JPY')).toBe('amount_finer_than_minor_unit');
    expect(readDecimal('8.5', 'euro')).toBe('currency_unreadable');
  });
});

describe('plain text', () => {
  it('is what stands between wrappings', () => {
    expect(plainText('`4200001\t')).toBe('4200001');
    expect(plainText('\uFEFF ２０２６ ')).toBe('2026');
  });

  it('is found in a text of any length', () => {
    // In quadratic time this would not end.
    expect(plainText(`x${' '.repeat(900_000)}x`)).toHaveLength(900_002);
  });
});
