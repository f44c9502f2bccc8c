import iconv from 'iconv-lite';
import { businessDateOf } from '../../src/kernel/business-date.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { formatMinor, sumMinor } from '../../src/kernel/money.ts';
import { fileAvailableFromMs } from '../support/agency-conduct.ts';
import { movementsOf } from '../support/book-views.ts';
import type { WaterBooks } from './books.ts';

/** The agency's day ends at 22:00; what comes after belongs to the next. */
export const CUT_OFF = { timeZone: 'Asia/Shanghai', cutOff: '22:00' } as const;
const AVAILABLE_FROM_MINUTE = 30;
/** Bytes of each field of a line, in order: number, kind, order, receipt, account, name, amount, time. */
const WIDTHS = [8, 2, 32, 16, 12, 40, 14, 14] as const;

export type DailyFile =
  | { kind: 'file'; fileName: string; content: Uint8Array }
  | { kind: 'nothing' }
  | { kind: 'notYet'; availableAtMs: number };

/**
 * The daily file (对账文件) of a business date `YYYY-MM-DD`: GB18030 text of fixed-width lines ended by CR LF, each field
 * padded with spaces (numbers and amounts to the left, others to the right) to the bytes in WIDTHS. The first line is
 * `HEAD`, date, merchant, count and total; then a line a posting (`01`) or an undoing (`02`, its amount negative).
 */
export function dailyFile(books: WaterBooks, nowMs: number, date: string, merchantId: string): DailyFile {
  const availableAtMs = fileAvailableFromMs(date, AVAILABLE_FROM_MINUTE);
  if (nowMs < availableAtMs) return { kind: 'notYet', availableAtMs };
  const movements = movementsOf(books).filter(({ atMs }) => businessDateOf(atMs, CUT_OFF) === date);
  if (movements.length === 0) return { kind: 'nothing' };
  const lines = movements.map((movement, index) => {
    const fields = [
      String(index + 1).padStart(8, '0'),
      movement.kind === 'posting' ? '01' : '02',
      movement.reference,
      movement.agencyReference,
      movement.accountNo,
      books.customer(movement.accountNo)?.district ?? '',
      formatMinor(movement.amountFen, 'CNY').padStart(14),
      chinaTimestamp(movement.atMs),
    ];
    return Buffer.concat(fields.map((field, column) => padded(field, WIDTHS[column] ?? 0)));
  });
  const day = date.replaceAll('-', '');
  const totalFen = sumMinor(movements.map(({ amountFen }) => amountFen));
  const head = [
    'HEAD',
    day,
    merchantId.padEnd(16),
    String(lines.length).padStart(8, '0'),
    formatMinor(totalFen, 'CNY').padStart(16),
  ];
  const content = Buffer.concat(
    [Buffer.from(head.join('')), ...lines].flatMap((line) => [line, Buffer.from('\r\n')]),
  );
  return { kind: 'file', fileName: `GZSW_${merchantId}_${day}.dat`, content };
}

/** Reads a daily file back, as its description says. */
export function readDailyFile(content: Uint8Array): { reference: string; amount: string }[] {
  const lines = Buffer.from(content).toString('latin1').split('\r\n').slice(1, -1);
  return lines.map((line) => {
    const at = (column: number) => {
      const start = WIDTHS.slice(0, column).reduce((total, width) => total + width, 0);
      return line.slice(start, start + (WIDTHS[column] ?? 0)).trim();
    };
    return { reference: at(2), amount: at(6) };
  });
}

function padded(field: string, bytes: number): Buffer {
  const text = iconv.encode(field, 'gb18030');
  return Buffer.concat([text, Buffer.alloc(Math.max(0, bytes - text.length), ' ')]);
}
