/**
 * Money is an integer count of minor units with an ISO 4217 code. No float ever touches it.
 *
 * `amountMinor` is a `number` held to safe integers (±9,007,199,254,740,991: ninety trillion yuan in fen);
 * every operation checks, so a sum that would lose a fen throws instead.
 */
export interface Money {
  readonly amountMinor: number;
  readonly currency: CurrencyCode;
}

/** ISO 4217 alphabetic code. */
export type CurrencyCode = string;

/** Digits after the decimal point, from ISO 4217 (list one); two unless listed here. */
const MINOR_UNIT_DIGITS: Readonly<Record<string, number>> = {
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  CLF: 4,
  UYW: 4,
};

/** Digits after the decimal point of a currency. */
export function minorUnitDigits(currency: CurrencyCode): number {
  return MINOR_UNIT_DIGITS[currency] ?? 2;
}

/** Makes Money; throws RangeError when the amount is not a safe integer or the code not three capitals. */
export function money(amountMinor: number, currency: CurrencyCode): Money {
  if (!Number.isSafeInteger(amountMinor)) throw new RangeError('amountMinor must be a safe integer');
  if (!/^[A-Z]{3}$/.test(currency)) throw new RangeError('currency must be an ISO 4217 code');
  // `+ 0` turns -0 into 0, which JSON and equality would otherwise tell apart.
  return { amountMinor: amountMinor + 0, currency };
}

/** Sum of amounts of one currency; throws RangeError on mixed currencies or overflow. */
export function addMoney(first: Money, ...rest: readonly Money[]): Money {
  let total = first.amountMinor;
  for (const item of rest) {
    if (item.currency !== first.currency) {
      throw new RangeError(`cannot add ${item.currency} to ${first.currency}`);
    }
    total = safeSum(total, item.amountMinor);
  }
  return money(total, first.currency);
}

/** Adds two safe integers; throws RangeError when either, or the sum, is not one. */
export function safeSum(a: number, b: number): number {
  const sum = a + b;
  // The terms too: near the limit a fraction would be rounded away, and the sum look whole.
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b) || !Number.isSafeInteger(sum)) {
    throw new RangeError('amounts and their sum must be safe integers');
  }
  return sum;
}

/** Sum of minor-unit amounts, each and all safe integers. */
export function sumMinor(amountsMinor: Iterable<number>): number {
  let total = 0;
  for (const amountMinor of amountsMinor) total = safeSum(total, amountMinor);
  return total;
}

/**
 * Reads a plain decimal such as `-1234.50` into minor units, without floats.
 * Throws RangeError on anything else: grouping, exponents, a plus sign, or a fraction of a minor unit.
 */
export function parseMinor(decimal: string, currency: CurrencyCode): number {
  const match = /^(-?)(\d{1,16})(?:\.(\d+))?$/.exec(decimal);
  if (!match) throw new RangeError('not a plain decimal amount');
  const digits = minorUnitDigits(currency);
  const fraction = match[3] ?? '';
  if (fraction.length > digits && /[1-9]/.test(fraction.slice(digits))) {
    throw new RangeError(`${currency} has ${digits} decimal digits`);
  }
  const amountMinor = Number(`${match[2]}${fraction.slice(0, digits).padEnd(digits, '0')}`);
  return money(match[1] ? -amountMinor : amountMinor, currency).amountMinor;
}

/**
 * Writes minor units as a plain decimal, such as `-1234.50`; the inverse of `parseMinor`.
 * Throws RangeError when the amount is not a safe integer or the code not three capitals.
 */
export function formatMinor(amountMinor: number, currency: CurrencyCode): string {
  money(amountMinor, currency);
  const digits = minorUnitDigits(currency);
  const sign = amountMinor < 0 ? '-' : '';
  const text = String(Math.abs(amountMinor)).padStart(digits + 1, '0');
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/**
 * Splits an amount by weights with the largest remainder: the parts always add up to it, and none is further than one
 * minor unit from its exact share. Of equal remainders the earlier part gets the unit. Throws RangeError for a negative
 * amount, for weights that are not whole, and when all of them are zero.
 */
export function splitMinor(totalMinor: number, weights: readonly number[]): number[] {
  const valid = weights.every((weight) => Number.isSafeInteger(weight) && weight >= 0);
  const sum = valid ? sumMinor(weights) : 0;
  if (!Number.isSafeInteger(totalMinor) || totalMinor < 0 || sum === 0) {
    throw new RangeError('an amount from zero is split by whole weights, not all of them zero');
  }
  // The products exceed what a number holds exactly.
  const shares = weights.map((weight) => BigInt(totalMinor) * BigInt(weight));
  const parts = shares.map((share) => Number(share / BigInt(sum)));
  const byRemainder = shares
    .map((share, index) => ({ index, remainder: share % BigInt(sum) }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of byRemainder.slice(0, totalMinor - sumMinor(parts))) {
    parts[index] = safeSum(parts[index] ?? 0, 1);
  }
  return parts;
}
