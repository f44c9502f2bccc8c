import { addDays, businessDateOf } from '../../src/kernel/business-date.ts';
import { chinaTimestamp, startOfChinaDate } from '../../src/kernel/china-time.ts';
import { formatMinor, sumMinor } from '../../src/kernel/money.ts';
import type { Books, Payment } from './books.ts';

/** The agency's day ends at 23:00; what comes after belongs to the next. */
export const CUT_OFF = { timeZone: 'Asia/Shanghai', cutOff: '23:00' } as const;
/** The file of a date is there from 01:00 on the next. */
const AVAILABLE_AFTER_MIDNIGHT_MS = 3_600_000;

export type DailyFile =
  | { kind: 'file'; fileName: string; content: string }
  | { kind: 'noPayments' }
  | { kind: 'notYet'; availableAtMs: number };

/**
 * The daily file (对账文件) of a business date `YYYY-MM-DD`: UTF-8 text, fields divided by `|`, lines ended by LF.
 * - `H|date|agency|merchant|version`
 * - `D|number|merOrderNo|chrgNo|consNo|amount|payTime|chrgTime`, one a posted payment, by time of posting
 * - `T|count|total amount`
 */
export function dailyFile(books: Books, nowMs: number, date: string, appId: string): DailyFile {
  const availableAtMs = availableFrom(date);
  if (nowMs < availableAtMs) return { kind: 'notYet', availableAtMs };
  const payments = postedOn(books, date);
  if (payments.length === 0) return { kind: 'noPayments' };
  const day = date.replaceAll('-', '');
  const lines = payments.map((payment, index) =>
    [
      'D',
      index + 1,
      payment.merOrderNo,
      payment.chrgNo,
      payment.consNo,
      formatMinor(payment.amountFen, 'CNY'),
      chinaTimestamp(payment.payTimeMs),
      chinaTimestamp(payment.postedAtMs),
    ].join('|'),
  );
  const totalFen = sumMinor(payments.map(({ amountFen }) => amountFen));
  const content = [
    `H|${day}|GZGD|${appId}|V1.0`,
    ...lines,
    `T|${payments.length}|${formatMinor(totalFen, 'CNY')}`,
    '',
  ].join('\n');
  return { kind: 'file', fileName: `GZGD_${appId}_${day}.txt`, content };
}

/** When the file of a date can be had. */
export function availableFrom(date: string): number {
  return startOfChinaDate(addDays(date, 1)) + AVAILABLE_AFTER_MIDNIGHT_MS;
}

type PostedPayment = Payment & { postedAtMs: number };

function postedOn(books: Books, date: string): PostedPayment[] {
  return books
    .allPayments()
    .filter((payment): payment is PostedPayment => payment.state === 'posted' && payment.postedAtMs !== null)
    .filter(({ postedAtMs }) => businessDateOf(postedAtMs, CUT_OFF) === date)
    .sort((a, b) => a.postedAtMs - b.postedAtMs);
}
