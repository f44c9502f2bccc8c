import { businessDateOf } from '../../src/kernel/business-date.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { formatMinor } from '../../src/kernel/money.ts';
import { fileAvailableFromMs } from '../support/agency-conduct.ts';
import { type Movement, movementsOf } from '../support/book-views.ts';
import type { GasBooks } from './books.ts';

/** The agency's day ends at midnight. */
export const CUT_OFF = { timeZone: 'Asia/Shanghai', cutOff: '00:00' } as const;
const AVAILABLE_FROM_MINUTE = 120;
const HEADER = '类型,商户订单号,燃气流水号,户号,金额,时间';

export type DailyFile =
  | { kind: 'file'; fileName: string; content: string }
  | { kind: 'nothing' }
  | { kind: 'notYet'; availableAtMs: number };

/**
 * The daily file (对账文件) of a business date `YYYY-MM-DD`: CSV in UTF-8 with a byte order mark, lines ended by CR LF, a
 * header, and a line a movement: `BILL` and `SALE` are postings, `REVERSE` and `REFUND` undo one and are negative.
 */
export function dailyFile(books: GasBooks, nowMs: number, date: string, appId: string): DailyFile {
  const availableAtMs = fileAvailableFromMs(date, AVAILABLE_FROM_MINUTE);
  if (nowMs < availableAtMs) return { kind: 'notYet', availableAtMs };
  const movements = movementsOf(books).filter(({ atMs }) => businessDateOf(atMs, CUT_OFF) === date);
  if (movements.length === 0) return { kind: 'nothing' };
  const lines = movements.map((movement) => {
    const { reference, agencyReference, accountNo, amountFen, atMs } = movement;
    const amount = formatMinor(amountFen, 'CNY');
    return [
      typeOf(books, movement),
      reference,
      agencyReference,
      accountNo,
      amount,
      chinaTimestamp(atMs),
    ].join(',');
  });
  return {
    kind: 'file',
    fileName: `GZRQ_${appId}_${date.replaceAll('-', '')}.csv`,
    content: `\uFEFF${[HEADER, ...lines, ''].join('\r\n')}`,
  };
}

/** Reads a daily file back, as its description says. */
export function readDailyFile(content: Uint8Array): { reference: string; amount: string }[] {
  const lines = Buffer.from(content).toString('utf8').split('\r\n').slice(1, -1);
  return lines.map((line) => {
    const [, reference = '', , , amount = ''] = line.split(',');
    return { reference, amount };
  });
}

function typeOf(books: GasBooks, { kind, reference }: Movement): string {
  if (kind !== 'posting') return kind.toUpperCase();
  return books.payment(reference)?.purchase ? 'SALE' : 'BILL';
}
