import { businessDateOf } from '../../src/kernel/business-date.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { formatMinor, sumMinor } from '../../src/kernel/money.ts';
import { fileAvailableFromMs } from '../support/agency-conduct.ts';
import { movementsOf } from '../support/book-views.ts';
import { DEPOSIT_NUMBERS, type FundBooks } from './books.ts';

/** The center's day ends at 22:00; what comes after belongs to the next. */
export const CUT_OFF = { timeZone: 'Asia/Shanghai', cutOff: '22:00' } as const;
/** The file of a date is there from 03:00 on the next. */
const AVAILABLE_MINUTES = 180;

export type DailyFile =
  | { kind: 'file'; fileName: string; content: string }
  | { kind: 'noPayments' }
  | { kind: 'notYet'; availableAtMs: number };

/**
 * The daily file (对账文件) of a business date `YYYY-MM-DD`: UTF-8, comma-separated, lines ended by CR LF. A line of names, one for
 * each posting by time, and a last one of `合计`, how many, and what they come to. `业务` is 缴存 (a deposit) or 还贷 (a repayment).
 */
export function dailyFile(books: FundBooks, nowMs: number, date: string, merchantNo: string): DailyFile {
  const availableAtMs = fileAvailableFromMs(date, AVAILABLE_MINUTES);
  if (nowMs < availableAtMs) return { kind: 'notYet', availableAtMs };
  const postings = movementsOf(books).filter(({ atMs }) => businessDateOf(atMs, CUT_OFF) === date);
  if (postings.length === 0) return { kind: 'noPayments' };
  const lines = postings.map(({ reference, agencyReference, accountNo, amountFen, atMs }) => {
    const business = DEPOSIT_NUMBERS.isNumber(accountNo) ? '缴存' : '还贷';
    return [
      reference,
      agencyReference,
      business,
      accountNo,
      formatMinor(amountFen, 'CNY'),
      chinaTimestamp(atMs),
    ];
  });
  const totalFen = sumMinor(postings.map(({ amountFen }) => amountFen));
  const content = [
    ['商户订单号', '中心流水号', '业务', '账号', '金额', '入账时间'],
    ...lines,
    ['合计', String(postings.length), formatMinor(totalFen, 'CNY')],
  ];
  const day = date.replaceAll('-', '');
  return {
    kind: 'file',
    fileName: `GZGJJ_${merchantNo}_${day}.csv`,
    content: content.map((line) => `${line.join(',')}\r\n`).join(''),
  };
}
