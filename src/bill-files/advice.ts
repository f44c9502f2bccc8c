import type { AdviceFormat, StatementFetch, StatementRequest } from '../contract/index.ts';
import { type Cell, csvFile, xlsxFile } from '../infra/files/index.ts';
import { dateEndMs } from '../kernel/business-date.ts';
import { formatMinor, sumMinor } from '../kernel/money.ts';
import type { BillBook } from './bill-files.types.ts';
import type { BillFilesDeps } from './import.service.ts';
import { type FiledPosting, postingsOf, undoingsOf } from './postings.repo.ts';

/** A posting of the date's last moment may still be committing: so much later, none is. */
const SETTLE_MS = 120_000;

const WAYS = { post: '缴费', reverse: '冲正', refund: '退款' } as const;

/**
 * The payment advice of a business date: what was posted to the agencies' books and what was undone, a line for each bill, and their sum
 * in the last line. `notReady` while the date lasts, unless what there is so far is wanted; `emptyDay` when nothing happened.
 */
export async function adviceOf(
  { db, vault, clock }: BillFilesDeps,
  books: readonly BillBook[],
  {
    businessDate,
    isInterim = false,
    format,
    name,
  }: StatementRequest & { format: AdviceFormat; name: string },
): Promise<StatementFetch> {
  const availableAtMs = Math.max(0, ...books.map((book) => dateEndMs(businessDate, book) + SETTLE_MS));
  if (!isInterim && clock.nowMs() < availableAtMs) return { kind: 'notReady', availableAtMs };
  const lines: AdviceLine[] = [];
  for (const { agencyId } of books) {
    const postings = await postingsOf(db, vault, agencyId, businessDate);
    lines.push(...postings.flatMap((posting) => linesOf(posting, 'post', posting.postedAtMs)));
    for (const { undoing, posting } of await undoingsOf(db, vault, agencyId, businessDate)) {
      lines.push(...linesOf(posting, undoing.way, undoing.undoneAtMs));
    }
  }
  if (lines.length === 0) return { kind: 'emptyDay' };
  const rows = rowsOf(books, businessDate, lines);
  const content = format === 'csv' ? csvFile(rows) : xlsxFile(businessDate, rows);
  return {
    kind: 'ready',
    fileName: `${name}-${businessDate}.${format}`,
    format: `civicpay-advice-${format}`,
    content,
  };
}

interface AdviceLine {
  posting: FiledPosting;
  way: keyof typeof WAYS;
  atMs: number;
  billId: string;
  period: string;
  /** Below zero for what was undone. */
  amountMinor: number;
}

function linesOf(posting: FiledPosting, way: AdviceLine['way'], atMs: number): AdviceLine[] {
  return posting.details.bills.map(({ billId, period, amountMinor }) => ({
    posting,
    way,
    atMs,
    billId,
    period,
    amountMinor: way === 'post' ? amountMinor : 0 - amountMinor,
  }));
}

/** Chinese headings, since the agencies' clerks read them; what names an account is headed as in the agency's own files. */
function rowsOf(books: readonly BillBook[], businessDate: string, lines: readonly AdviceLine[]): Cell[][] {
  const columns = new Map(books.flatMap(({ setup }) => Object.entries(setup.columns.inputs)));
  const inputs = [...columns.keys()];
  const zoneOf = (agencyId: string) => books.find((book) => book.agencyId === agencyId)?.timeZone ?? 'UTC';
  const heading = [
    '缴费单位',
    '账务日期',
    '类型',
    ...columns.values(),
    '账单号',
    '账期',
    '金额',
    '币种',
    '时间',
    '平台流水号',
  ];
  const body = lines.map(({ posting, way, atMs, billId, period, amountMinor }): Cell[] => [
    posting.agencyId,
    businessDate,
    WAYS[way],
    ...inputs.map((name) => posting.details.inputs[name] ?? ''),
    billId,
    period,
    { decimal: formatMinor(amountMinor, posting.currency) },
    posting.currency,
    localText(atMs, zoneOf(posting.agencyId)),
    posting.reference,
  ]);
  const [currency = 'CNY'] = books.map((book) => book.currency);
  const total = formatMinor(sumMinor(lines.map(({ amountMinor }) => amountMinor)), currency);
  const blank = (count: number) => Array.from({ length: count }, () => '');
  const last: Cell[] = [
    '合计',
    businessDate,
    `${lines.length} 笔`,
    ...blank(inputs.length + 2),
    { decimal: total },
    currency,
    '',
    '',
  ];
  return [heading, ...body, last];
}

function localText(atMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(atMs);
}
