import { parseAmount, plainAmount } from '../../format.ts';

/** What is agreed with an agency, as the API has it. */
export interface Terms {
  currency: string;
  cutOff: { timeZone: string; cutOff: string };
  cycle: { kind: 'daily' } | { kind: 'weekly'; lastWeekday: number };
  payoutAfterDays: number;
  basis: 'net' | 'gross';
  minimumPayoutMinor: number;
  reserve: { ratePpm: number; heldDays: number } | null;
}

/** The same as somebody types it: amounts in yuan, the reserve in percent. */
export interface TypedTerms {
  cutOff: string;
  /** `daily`, or the last weekday of a week, 1 = Monday … 7 = Sunday. */
  cycle: string;
  payoutAfterDays: string;
  basis: string;
  minimum: string;
  reservePercent: string;
  reserveDays: string;
}

const PPM_DIGITS_OF_PERCENT = 4;
const MOST_DAYS = 30;
const MOST_RESERVE_DAYS = 3_650;

/** What an agency without terms is asked for, to be changed. */
export const USUAL_TERMS: Terms = {
  currency: 'CNY',
  cutOff: { timeZone: 'Asia/Shanghai', cutOff: '00:00' },
  cycle: { kind: 'daily' },
  payoutAfterDays: 1,
  basis: 'net',
  minimumPayoutMinor: 0,
  reserve: null,
};

export function typedOf(terms: Terms): TypedTerms {
  const { cutOff, cycle, payoutAfterDays, basis, minimumPayoutMinor, currency, reserve } = terms;
  return {
    cutOff: cutOff.cutOff,
    cycle: cycle.kind === 'daily' ? 'daily' : String(cycle.lastWeekday),
    payoutAfterDays: String(payoutAfterDays),
    basis,
    minimum: plainAmount({ amountMinor: minimumPayoutMinor, currency }),
    reservePercent: reserve ? percentOf(reserve.ratePpm) : '',
    reserveDays: reserve ? String(reserve.heldDays) : '',
  };
}

/** The terms that were typed, in the currency and time zone of those before; else the fields that can't be read. */
export function readTerms(typed: TypedTerms, before: Terms): Terms | { wrong: (keyof TypedTerms)[] } {
  const { currency, cutOff } = before;
  const days = wholeNumber(typed.payoutAfterDays, MOST_DAYS);
  const minimumPayoutMinor = parseAmount(typed.minimum, currency);
  const ratePpm = typed.reservePercent === '' ? 0 : ppmOf(typed.reservePercent);
  const heldDays = typed.reserveDays === '' ? 0 : wholeNumber(typed.reserveDays, MOST_RESERVE_DAYS);
  // A reserve has both, or there is none.
  const isHalf = (typed.reservePercent === '') !== (typed.reserveDays === '');
  const wrong: (keyof TypedTerms)[] = [];
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(typed.cutOff)) wrong.push('cutOff');
  if (days === null) wrong.push('payoutAfterDays');
  if (minimumPayoutMinor === null) wrong.push('minimum');
  if (ratePpm === null || (isHalf && typed.reservePercent === '')) wrong.push('reservePercent');
  if (heldDays === null || (isHalf && typed.reserveDays === '')) wrong.push('reserveDays');
  if (days === null || minimumPayoutMinor === null || ratePpm === null || heldDays === null) return { wrong };
  if (wrong.length > 0) return { wrong };
  return {
    currency,
    cutOff: { ...cutOff, cutOff: typed.cutOff },
    cycle: typed.cycle === 'daily' ? { kind: 'daily' } : { kind: 'weekly', lastWeekday: Number(typed.cycle) },
    payoutAfterDays: days,
    basis: typed.basis === 'gross' ? 'gross' : 'net',
    minimumPayoutMinor,
    reserve: ratePpm === 0 ? null : { ratePpm, heldDays },
  };
}

/** `15000` as `1.5`: parts per million as percent. */
export function percentOf(ppm: number): string {
  const text = String(ppm).padStart(PPM_DIGITS_OF_PERCENT + 1, '0');
  const fraction = text.slice(-PPM_DIGITS_OF_PERCENT).replace(/0+$/, '');
  return `${text.slice(0, -PPM_DIGITS_OF_PERCENT)}${fraction && `.${fraction}`}`;
}

function ppmOf(percent: string): number | null {
  const match = /^(\d{1,3})(?:\.(\d{1,4}))?$/.exec(percent.trim());
  if (!match) return null;
  const ppm = Number(`${match[1]}${(match[2] ?? '').padEnd(PPM_DIGITS_OF_PERCENT, '0')}`);
  return ppm <= 1_000_000 ? ppm : null;
}

function wholeNumber(text: string, most: number): number | null {
  return /^\d{1,4}$/.test(text.trim()) && Number(text) <= most ? Number(text) : null;
}
