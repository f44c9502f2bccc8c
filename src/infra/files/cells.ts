import { type ReadingReport, UnreadableFile } from './reading.types.ts';

/** A wider table is no statement. */
export const MAX_SHEET_COLUMNS = 1_000;
/** Of any sheet. */
export const MAX_SHEET_ROWS = 1_048_576;
/** Of any spreadsheet program; texts that many cells share could else make rows of any size. */
const MAX_CELL_CHARS = 32_767;
/** Number formats of the standard that are dates (ECMA-376, 18.8.30; 27–36 and 50–58 are those of East Asia). */
const DATE_FORMATS = /^(1[4-9]|2[0-2]|2[7-9]|3[0-6]|4[5-7]|5[0-8])$/;
const DAY_MS = 86_400_000;
/** Spreadsheets keep so many digits of a number, and drop the others. */
const KEPT_DIGITS = 15;

/** Puts a cell at its column, with empty ones before it. Throws `UnreadableFile` beyond what a sheet of a statement has. */
export function placeCell(cells: string[], column: number, text: string, line: number): void {
  if (column >= MAX_SHEET_COLUMNS || column < 0)
    throw new UnreadableFile('spreadsheet_too_large', `more than ${MAX_SHEET_COLUMNS} columns`, line);
  if (text.length > MAX_CELL_CHARS)
    throw new UnreadableFile(
      'spreadsheet_too_large',
      `a cell of more than ${MAX_CELL_CHARS} characters`,
      line,
    );
  while (cells.length < column) cells.push('');
  cells[column] = text;
}

/** Day 0 of a workbook: the first day of 1904 by its setting, else the one from which the dates after 1900-02-29 are right. */
export function epochOf(is1904: boolean): number {
  return is1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
}

/** Whether numbers of a format are days; `code` is that of a format of the workbook's own: `yyyy"年"m"月"d"日"`, not `0.00"元"`. */
export function isDateFormat(formatId: number | string, code: string | undefined): boolean {
  if (code === undefined) return DATE_FORMATS.test(String(formatId));
  const bare = code.slice(0, 200).replace(/"[^"]*"|\[[^\]]*\]|\\./g, '');
  return /[yd]|h{1,2}:?m/i.test(bare) && !/[0#]/.test(bare.replace(/\.0+/g, ''));
}

/** `YYYY-MM-DD HH:MM:SS` of a number of days; null when it is no day of any statement. */
export function daysText(days: number, epochMs: number): string | null {
  const atMs = epochMs + Math.round(days * 86_400) * 1_000;
  return Number.isFinite(atMs) && Math.abs(atMs) < 100_000 * DAY_MS
    ? new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')
    : null;
}

/**
 * The decimal that a binary fraction stands for: 0.30000000000000004 is 0.3, as people see it. Where a number has more digits
 * than a spreadsheet keeps, those that are lost become U+FFFD, so that nobody takes the rest for a reference or an amount.
 */
export function numberText(value: number, out: ReadingReport, line: number): string {
  const size = Math.abs(value);
  // With sixteen digits, of which the last is not the zero that takes the place of a lost one, a whole number is still exact.
  const isKept = size < 1e15 || value % 10 !== 0;
  if (Number.isSafeInteger(value) && isKept) return String(value);
  // Two decimals are exact up to here.
  if (size < 1e13) return String(Number(value.toPrecision(KEPT_DIGITS)));
  out.warn(
    'number_too_long',
    line,
    'a number of more than fifteen digits: spreadsheets do not keep them whole, write it as text',
  );
  if (!(size < 1e100)) return String(value);
  const whole = BigInt(Math.trunc(size)).toString();
  const kept = whole.slice(0, KEPT_DIGITS).padEnd(whole.length, LOST);
  return `${value < 0 ? '-' : ''}${kept}${Number.isInteger(value) ? '' : `.${LOST}`}`;
}

/** A number as a file of text holds it: few digits as they stand, many as `numberText` says. */
export function decimalText(text: string, out: ReadingReport, line: number): string {
  const digits = text.replace(/^-|\.|e.*$/gi, '').replace(/^0+/, '');
  if (digits.length <= KEPT_DIGITS && !/e/i.test(text)) return text;
  return Number.isFinite(Number(text)) ? numberText(Number(text), out, line) : text;
}

const LOST = '\uFFFD';
