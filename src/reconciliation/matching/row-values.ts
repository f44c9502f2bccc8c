import type { RowKind, RowStatus } from './matching.types.ts';

const DAY_MS = 86_400_000;

/** Stands for no text in a column of texts. */
export const NO_TEXT = -1;
/** Stands for no date in a column of days. */
export const NO_DAY = -(2 ** 31);

/** How many rows a chunk holds at most; all chunks of a statement but the last are full. */
export const ROWS_PER_CHUNK = 4_096;

/** The numbers of the chunks in which so many rows are kept, and how many of them one has. */
export const chunkNosOf = (rowCount: number): number[] =>
  Array.from({ length: Math.ceil(rowCount / ROWS_PER_CHUNK) }, (_, chunkNo) => chunkNo);
export const rowsInChunk = (chunkNo: number, rowCount: number): number =>
  Math.min(ROWS_PER_CHUNK, rowCount - chunkNo * ROWS_PER_CHUNK);

/** The places in their statement of some rows of a chunk; `rows` are places in the chunk. */
export function rowNosOf(chunkNo: number, rows: readonly number[]): Int32Array {
  return Int32Array.from(rows, (row) => chunkNo * ROWS_PER_CHUNK + row);
}

/** The places in their statement of all rows of a chunk. */
export function rowNosOfChunk(chunkNo: number, rowCount: number): Int32Array {
  const first = chunkNo * ROWS_PER_CHUNK;
  return Int32Array.from({ length: rowsInChunk(chunkNo, rowCount) }, (_, at) => first + at);
}

export const STATUSES: readonly RowStatus[] = ['final', 'pending', 'failed'];
export const KINDS: readonly RowKind[] = ['payment', 'refund', 'settlement'];

/** Columns of references, by which rows are found. */
export const KEY_COLUMNS = ['ref', 'channelRef', 'originalRef', 'batch', 'text'] as const;
export type KeyColumn = (typeof KEY_COLUMNS)[number];

/** What is no number and no text of a row, in one byte: places in `STATUSES` (two bits) and `KINDS` (two), and two that say yes or no. */
export const FLAGS = { kindShift: 2, isUnreadable: 0x10, isNearCutOff: 0x20, all: 0x3f } as const;
export const statusIn = (flags: number): number => flags & 3;
export const kindIn = (flags: number): number => (flags >> FLAGS.kindShift) & 3;

/** Days since 1970 of `YYYY-MM-DD`. Throws RangeError when there is no such day. */
export function dayOf(date: string): number {
  const day = Date.parse(`${date}T00:00:00Z`) / DAY_MS;
  if (!Number.isInteger(day) || dateOf(day) !== date) throw new RangeError(`${date} is not a date`);
  return day;
}

/** `YYYY-MM-DD` of days since 1970. */
export function dateOf(day: number): string {
  if (day !== last.day) last = { day, date: new Date(day * DAY_MS).toISOString().slice(0, 10) };
  return last.date;
}

/** Rows are mostly of the day of the row before: one text for all of them. */
let last = { day: 0, date: '1970-01-01' };

/** `dayOf`, for dates that are mostly the one before. */
export class Days {
  private lastDate: string | null = null;
  private lastDay = NO_DAY;

  of(date: string | null): number {
    if (date === null) return NO_DAY;
    if (date !== this.lastDate) {
      this.lastDay = dayOf(date);
      this.lastDate = date;
    }
    return this.lastDay;
  }
}
