import type { LocalText, Money } from './api/types.ts';
import { i18n } from './i18n/i18n.ts';

/** Amounts stay integers of minor units throughout; only the written form has a decimal point. */

function fractionDigits(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/** `12345` fen as `123.45`. */
export function plainAmount({ amountMinor, currency }: Money): string {
  return plainMinorText(String(amountMinor), currency);
}

function plainMinorText(minor: string, currency: string): string {
  const digits = fractionDigits(currency);
  const sign = minor.startsWith('-') ? '-' : '';
  const text = minor.slice(sign.length).padStart(digits + 1, '0');
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** `¥1,234.50` in the page's language. */
export function formatMoney({ amountMinor, currency }: Money): string {
  return formatMinorText(String(amountMinor), currency);
}

/** The same for totals, which come as text because they may be beyond a safe integer. */
export function formatMinorText(minor: string, currency: string): string {
  const format = new Intl.NumberFormat(i18n.language, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  });
  return format.format(plainMinorText(minor, currency) as Intl.StringNumericLiteral);
}

/** Minor units of what somebody typed, or null when it is no amount of this currency. */
export function parseAmount(text: string, currency: string): number | null {
  const digits = fractionDigits(currency);
  const match = /^(\d{1,12})(?:\.(\d*))?$/.exec(text.trim().replaceAll(/[,，¥￥]/g, ''));
  if (!match) return null;
  const fraction = match[2] ?? '';
  if (fraction.length > digits) return null;
  return Number(`${match[1]}${fraction.padEnd(digits, '0')}`);
}

/** One total per currency, in the order in which they first come. */
export function totals(amounts: Iterable<Money>): Money[] {
  const byCurrency = new Map<string, number>();
  for (const { amountMinor, currency } of amounts) {
    byCurrency.set(currency, (byCurrency.get(currency) ?? 0) + amountMinor);
  }
  return [...byCurrency].map(([currency, amountMinor]) => ({ currency, amountMinor }));
}

/** The text in the page's language. */
export function local(text: LocalText): string {
  return i18n.language === 'en' ? text.en : text['zh-CN'];
}

/** `2026-10` as `2026年10月`; anything else is the agency's own word for the period. */
export function formatPeriod(period: string): string {
  const match = /^(\d{4})-(\d{2})$/.exec(period);
  if (!match) return period;
  const date = new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, 1));
  return new Intl.DateTimeFormat(i18n.language, { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(
    date,
  );
}

/** A calendar date `YYYY-MM-DD`, which has no time zone. */
export function formatDate(date: string): string {
  return new Intl.DateTimeFormat(i18n.language, { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(`${date.slice(0, 10)}T00:00:00Z`),
  );
}

/** Whether a calendar date is before today, where the reader is. */
export function isPast(date: string): boolean {
  const now = new Date();
  const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  return date < today.map((part) => String(part).padStart(2, '0')).join('-');
}

/** Today's date, `YYYY-MM-DD`, in an IANA time zone. */
export function dateIn(timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return format.format(new Date());
}

/** `1234 5678 9012`: four at a time, as meters show it and people type it. */
export function inGroups(code: string): string {
  return (
    code
      .replaceAll(/\s/g, '')
      .match(/.{1,4}/gu)
      ?.join(' ') ?? code
  );
}

/** A moment, by the reader's clock; the year is left out when it is this one. */
export function formatTime(at: string): string {
  const date = new Date(at);
  const isThisYear = date.getFullYear() === new Date().getFullYear();
  return new Intl.DateTimeFormat(i18n.language, {
    ...(isThisYear ? {} : { year: 'numeric' }),
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(date);
}

/** A moment to the second, with its year: for proofs. */
export function formatExactTime(at: string): string {
  return new Intl.DateTimeFormat(i18n.language, {
    dateStyle: 'long',
    timeStyle: 'medium',
    hourCycle: 'h23',
  }).format(new Date(at));
}

/** A span in the largest unit that fits, rounded up: a promise must not come out shorter than it is. */
export function formatSpan(seconds: number): string {
  const [value, unit] =
    seconds < 60
      ? [seconds, 'second']
      : seconds < 3600
        ? [seconds / 60, 'minute']
        : seconds < 86_400
          ? [seconds / 3600, 'hour']
          : [seconds / 86_400, 'day'];
  return new Intl.NumberFormat(i18n.language, {
    style: 'unit',
    unit: String(unit),
    unitDisplay: 'long',
  }).format(Math.ceil(Number(value)));
}

/** `1.5 MB`, in the unit that fits. */
export function formatBytes(bytes: number): string {
  const [value, unit] =
    bytes < 1_000
      ? [bytes, 'byte']
      : bytes < 1_000_000
        ? [bytes / 1_000, 'kilobyte']
        : [bytes / 1_000_000, 'megabyte'];
  return new Intl.NumberFormat(i18n.language, {
    style: 'unit',
    unit: String(unit),
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: 1,
  }).format(Number(value));
}

/** Dates from one to another; one date alone where they are the same. */
export function formatDates(from: string, to: string): string {
  return from === to ? formatDate(from) : `${formatDate(from)} – ${formatDate(to)}`;
}

/** `138 0013 8000`: figures in groups, as they are read out. */
export function formatPhone(phone: string): string {
  return phone.replace(/^(\d{3})(\d{4})(\d{4})$/, '$1 $2 $3');
}
