import { businessDateOf } from '../../src/kernel/business-date.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { fixedLayout, writeFixed } from '../../src/kernel/fixed-width.ts';
import { sumMinor } from '../../src/kernel/money.ts';
import type { BookedPayment } from '../support/agency-books.ts';
import { fileAvailableFromMs } from '../support/agency-conduct.ts';
import type { BureauBooks } from './operations.ts';

/** The bureau's day ends at 20:00; what comes after belongs to the next. */
export const CUT_OFF = { timeZone: 'Asia/Shanghai', cutOff: '20:00' } as const;
/** The file of a date is there from 02:00 on the next. */
const AVAILABLE_MINUTES = 120;

export type DailyFile =
  | { kind: 'file'; fileName: string; content: Buffer }
  | { kind: 'noPayments' }
  | { kind: 'notYet'; availableAtMs: number };

const LINES = {
  header: fixedLayout('kind X1', 'date X8', 'bureau X6', 'channel X8', 'version X2'),
  payment: fixedLayout(
    'kind X1',
    'number 9(8)',
    'reference X32',
    'receiptNo X20',
    'personNo X12',
    'amount 9(12)',
    'payTime X14',
    'postedTime X14',
  ),
  trailer: fixedLayout('kind X1', 'count 9(8)', 'total 9(14)'),
};

/**
 * The daily file (对账文件) of a business date `YYYY-MM-DD`: lines of fixed-width fields, ended by LF: `H`, a `D` for each payment by
 * time of posting, `T` with their count and total in fen. What was reversed is not in it: a reversal is of the same day.
 */
export function dailyFile(books: BureauBooks, nowMs: number, date: string, channelId: string): DailyFile {
  const availableAtMs = fileAvailableFromMs(date, AVAILABLE_MINUTES);
  if (nowMs < availableAtMs) return { kind: 'notYet', availableAtMs };
  const payments = standingOn(books, date);
  if (payments.length === 0) return { kind: 'noPayments' };
  const day = date.replaceAll('-', '');
  const records = [
    writeFixed(LINES.header, { kind: 'H', date: day, bureau: 'GZSB', channel: channelId, version: '01' }),
    ...payments.map((payment, index) =>
      writeFixed(LINES.payment, {
        kind: 'D',
        number: index + 1,
        reference: payment.reference,
        receiptNo: payment.agencyReference,
        personNo: books.customer(payment.accountNo)?.personNo ?? '',
        amount: payment.amountFen,
        payTime: chinaTimestamp(payment.paidAtMs),
        postedTime: chinaTimestamp(payment.postedAtMs),
      }),
    ),
    writeFixed(LINES.trailer, {
      kind: 'T',
      count: payments.length,
      total: sumMinor(payments.map(({ amountFen }) => amountFen)),
    }),
  ];
  const content = Buffer.concat(records.flatMap((record) => [record, Buffer.from('\n')]));
  return { kind: 'file', fileName: `GZSB_${channelId}_${day}.txt`, content };
}

type PostedPayment = BookedPayment & { postedAtMs: number };

function standingOn(books: BureauBooks, date: string): PostedPayment[] {
  const reversed = new Set(
    books.undoings().flatMap((undoing) => (undoing.refusedCode === null ? [undoing.originalReference] : [])),
  );
  return books
    .payments()
    .filter((payment): payment is PostedPayment => payment.state === 'posted' && payment.postedAtMs !== null)
    .filter(({ reference, postedAtMs }) => {
      return !reversed.has(reference) && businessDateOf(postedAtMs, CUT_OFF) === date;
    })
    .sort((a, b) => a.postedAtMs - b.postedAtMs);
}
