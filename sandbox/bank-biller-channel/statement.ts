import { businessDateOf } from '../../src/kernel/business-date.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { sumMinor } from '../../src/kernel/money.ts';
import { fileAvailableFromMs } from '../support/agency-conduct.ts';
import type { ChannelBooks } from './books.ts';

/** The bank's day ends at midnight. */
export const CUT_OFF = { timeZone: 'Asia/Shanghai', cutOff: '00:00' } as const;
const AVAILABLE_FROM_MINUTE = 120;

export type DailyFile =
  | { kind: 'file'; fileName: string; content: string }
  | { kind: 'nothing' }
  | { kind: 'notYet'; availableAtMs: number };

/**
 * The daily file (对账文件) of a date `YYYY-MM-DD`, of all billers: UTF-8 lines ended by LF, fields parted by tabs. The first is
 * `SUM`, partner, `YYYYMMDD`, count, total in fen; then a line an order: biller, order, serial number, fen, time.
 */
export function dailyFile(books: ChannelBooks, nowMs: number, date: string, partnerId: string): DailyFile {
  const availableAtMs = fileAvailableFromMs(date, AVAILABLE_FROM_MINUTE);
  if (nowMs < availableAtMs) return { kind: 'notYet', availableAtMs };
  const orders = books.payments().flatMap((payment) => {
    const { state, postedAtMs } = payment;
    const isOfDate =
      state === 'posted' && postedAtMs !== null && businessDateOf(postedAtMs, CUT_OFF) === date;
    return isOfDate ? [{ ...payment, postedAtMs }] : [];
  });
  if (orders.length === 0) return { kind: 'nothing' };
  const day = date.replaceAll('-', '');
  const total = sumMinor(orders.map(({ amountFen }) => amountFen));
  const lines = [
    ['SUM', partnerId, day, orders.length, total],
    ...orders.map(({ accountNo, reference, agencyReference, amountFen, postedAtMs }) => [
      accountNo.split('/')[0],
      reference,
      agencyReference,
      amountFen,
      chinaTimestamp(postedAtMs),
    ]),
  ];
  const content = lines.map((line) => `${line.join('\t')}\n`).join('');
  return { kind: 'file', fileName: `CLOUDPAY_${partnerId}_${day}.tsv`, content };
}
