import { minorUnitDigits, parseMinor } from '../../kernel/money.ts';

/** Why text is not an amount: the codes of the problems that it becomes. */
export type AmountProblem =
  | 'amount_unreadable'
  | 'amount_finer_than_minor_unit'
  | 'amount_too_large'
  | 'currency_unreadable';

/** Minor units, or why not. No float is ever made of the text. */
export type AmountReading = number | AmountProblem;

/** The longest amounts of any format, with room for what is printed around them. */
const MAX_AMOUNT_CHARS = 64;

const CURRENCY = /^[A-Z]{3}$/;

/** Digits that are assumed where the file doesn't say the currency. */
const UNKNOWN_CURRENCY_DIGITS = 'XXX';

/**
 * Reads `1234`, `1234.5`, `1234.500`, `.5`, `5.` or any of them signed. Zeros behind the minor unit are dropped; anything else
 * there is refused, since rounding would lose money (ISO 20022: the digits of an amount follow ISO 4217).
 */
export function readDecimal(text: string, currency: string | null): AmountReading {
  if (text.length > MAX_AMOUNT_CHARS) return 'amount_unreadable';
  if (currency !== null && !CURRENCY.test(currency)) return 'currency_unreadable';
  const match = /^([+-]?)0*(\d*)(?:\.(\d*))?$/.exec(text);
  if (!match || !/\d/.test(text)) return 'amount_unreadable';
  const [, sign, whole = '', fraction = ''] = match;
  const code = currency ?? UNKNOWN_CURRENCY_DIGITS;
  if (/[1-9]/.test(fraction.slice(minorUnitDigits(code)))) return 'amount_finer_than_minor_unit';
  try {
    return parseMinor(`${sign === '-' ? '-' : ''}${whole || '0'}.${fraction || '0'}`, code);
  } catch {
    return 'amount_too_large';
  }
}

/** Reads the amounts of SWIFT MT: digits and one comma (some banks write a point), `380115,`, `0,12`. */
export function readSwiftAmount(text: string, currency: string | null): AmountReading {
  if (!/^\d*[,.]?\d*$/.test(text)) return 'amount_unreadable';
  return readDecimal(text.replace(',', '.'), currency);
}

/** Reads a count of minor units, such as BAI2's `1234500` or `+1234500`. */
export function readMinorUnits(text: string): AmountReading {
  if (!/^[+-]?\d{1,30}$/.test(text)) return 'amount_unreadable';
  const amountMinor = Number(text);
  return Number.isSafeInteger(amountMinor) ? amountMinor + 0 : 'amount_too_large';
}

/**
 * Reads what people's spreadsheets and bank exports write: `¥1,234.50`, `１２３４．５０元`, `` `-0.02 ``, `(12.00)`, `12.00-`.
 * Commas must stand where thousands do: `1,23` may be a decimal comma, and is not guessed.
 */
export function readPrintedAmount(text: string, currency: string | null): AmountReading {
  const plainMinor = readPlainAmount(text, currency);
  if (plainMinor !== null) return plainMinor;
  if (text.length > MAX_AMOUNT_CHARS) return 'amount_unreadable';
  let plain = plainText(text).replace(/\s|^(CNY|RMB|USD|EUR|HKD|人民币)/g, '');
  let isNegative = false;
  const around = /^\((.*)\)$/.exec(plain) ?? /^([^-]+)-$/.exec(plain);
  if (around) {
    isNegative = true;
    plain = around[1] ?? '';
  }
  plain = plain.replace(/^([+-]?)[¥$€]/, '$1').replace(/^[¥$€]([+-]?)/, '$1');
  plain = plain.replace(/元$/, '');
  if (plain.includes(',')) {
    if (!/^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(plain)) return 'amount_unreadable';
    plain = plain.replaceAll(',', '');
  }
  if (isNegative && /^[+-]/.test(plain)) return 'amount_unreadable';
  return readDecimal(isNegative ? `-${plain}` : plain, currency);
}

/** Digits of which any number is a safe integer. */
const SAFE_DIGITS = 15;
const [ZERO, NINE, POINT] = [48, 57, 46];

/**
 * `123`, `123.4` or `123.45`, in a fraction of the time that all the forms take: nearly every amount of nearly every file. Null for
 * anything else.
 */
function readPlainAmount(text: string, currency: string | null): number | null {
  if (currency === null || !CURRENCY.test(currency)) return null;
  if (text.length === 0 || text.length > SAFE_DIGITS) return null;
  const digits = minorUnitDigits(currency);
  let minor = 0;
  let pointAt = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) minor = minor * 10 + code - ZERO;
    else if (code === POINT && pointAt === -1 && at > 0) pointAt = at;
    else return null;
  }
  let missing = pointAt === -1 ? digits : digits - (text.length - pointAt - 1);
  if (missing < 0 || text.length + missing > SAFE_DIGITS) return null;
  for (; missing > 0; missing--) minor *= 10;
  return minor;
}

/** Text without what exports wrap around it: tabs, back-ticks and the like against spreadsheets, full-width forms, a BOM. */
export function plainText(text: string): string {
  if (isPlainText(text)) return text;
  const normal = text.normalize('NFKC').replaceAll('\u2212', '-');
  // By hand: a pattern that trims takes quadratic time over long runs of blanks.
  let start = 0;
  let end = normal.length;
  while (start < end && WRAPPING.test(normal.charAt(start))) start += 1;
  while (end > start && WRAPPING.test(normal.charAt(end - 1))) end -= 1;
  const plain = normal.slice(start, end);
  const first = plain.charAt(0);
  if (first !== '=' && first !== "'") return plain;
  // `="0012"` and `'0012` keep a spreadsheet from making a number of it.
  return /^="([^"]*)"$/.exec(plain)?.[1] ?? plain.replace(/^'(?=[\d+-])/, '');
}

/** Whether `plainText` would give the text, and any part of it, as it is; quick, and false for some of which it would. */
export function isPlainText(text: string): boolean {
  return PLAIN_ALREADY.test(text);
}

/** Chinese characters too, but for those of the blocks that Unicode keeps for compatibility. */
const PLAIN_ALREADY = /^[\w.:/,\u4e00-\u9fff-]*$/;
const WRAPPING = /[\s`\uFEFF]/;

/** What an `AmountProblem` says in plain words. */
export const AMOUNT_MESSAGES: Readonly<Record<AmountProblem, string>> = {
  amount_unreadable: 'not an amount',
  amount_finer_than_minor_unit: 'finer than the currency’s minor unit: it can’t be booked without rounding',
  amount_too_large: 'more than can be counted exactly',
  currency_unreadable: 'the currency is not an ISO 4217 code',
};
