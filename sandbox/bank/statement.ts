import { addDays, businessDateOf } from '../../src/kernel/business-date.ts';
import { sumMinor } from '../../src/kernel/money.ts';
import type { Movement } from './books.types.ts';
import { beijingTime, yuan } from './views.ts';

/** The bank's day ends at midnight in Beijing; its file is ready ten minutes later. */
const BANK_DAY = { timeZone: 'Asia/Shanghai', cutOff: '00:00' };
const FILE_DELAY_MS = 10 * 60_000;

export type DailyFile =
  | { kind: 'notReady'; availableAtMs: number }
  | { kind: 'noTransactions' }
  | { kind: 'ready'; content: string };

/**
 * The file of one date: a header, a line for each debit and refund, and a trailer with counts and totals, so that a
 * file cut short is noticed.
 */
export function dailyFile(
  movements: readonly Movement[],
  merchantId: string,
  date: string,
  nowMs: number,
): DailyFile {
  const availableAtMs = Date.parse(`${addDays(date, 1)}T00:00:00+08:00`) + FILE_DELAY_MS;
  if (nowMs < availableAtMs) return { kind: 'notReady', availableAtMs };
  const listed = movements.filter(
    ({ kind, atMs }) => (kind === 'debit' || kind === 'refund') && businessDateOf(atMs, BANK_DAY) === date,
  );
  if (listed.length === 0) return { kind: 'noTransactions' };
  const debits = listed.filter(({ kind }) => kind === 'debit');
  const refunds = listed.filter(({ kind }) => kind === 'refund');
  const debitFen = sumMinor(debits.map(({ amountFen }) => amountFen));
  const refundFen = sumMinor(refunds.map(({ amountFen }) => amountFen));
  const lines = [
    ['H', 'SBSTMT1', merchantId, date, 'CNY', beijingTime(nowMs)],
    ...listed.map((movement, index) => detail(movement, index + 1)),
    ['T', debits.length, yuan(debitFen), refunds.length, yuan(refundFen), yuan(debitFen - refundFen)],
  ];
  return { kind: 'ready', content: `${lines.map((fields) => fields.join(',')).join('\r\n')}\r\n` };
}

function detail(movement: Movement, sequence: number): (string | number)[] {
  return [
    'D',
    sequence,
    movement.kind === 'debit' ? 'DEBIT' : 'REFUND',
    movement.bankNo,
    movement.merchantNo,
    movement.kind === 'refund' ? movement.merOrderNo : '',
    beijingTime(movement.atMs),
    yuan(movement.amountFen),
  ];
}
