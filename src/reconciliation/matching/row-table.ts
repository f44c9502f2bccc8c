import type { MatchRow, RowKind, RowStatus } from './matching.types.ts';
import type { TextPool } from './text-pool.ts';

const FIRST_ROWS = 1_024;
const DAY_MS = 86_400_000;

/** Stands for no text in a column of texts. */
export const NO_TEXT = -1;
/** Stands for no date in `day`. */
export const NO_DAY = -(2 ** 31);

export const STATUSES: readonly RowStatus[] = ['final', 'pending', 'failed'];
export const KINDS: readonly RowKind[] = ['payment', 'refund', 'settlement'];

/** Columns of references, by which rows are found. */
export type KeyColumn = 'ref' | 'channelRef' | 'originalRef' | 'batch' | 'text';

/**
 * The rows of one side, column by column in typed arrays: about fifty bytes a row and its references, whatever the number. Tables
 * that are matched with each other share their pool of texts. The arrays are longer than `count`.
 */
export class RowTable {
  readonly pool: TextPool;
  count = 0;
  line = new Int32Array(FIRST_ROWS);
  /** Numbers of texts in the pool, or `NO_TEXT`. */
  ref = new Int32Array(FIRST_ROWS);
  channelRef = new Int32Array(FIRST_ROWS);
  originalRef = new Int32Array(FIRST_ROWS);
  batch = new Int32Array(FIRST_ROWS);
  text = new Int32Array(FIRST_ROWS);
  currency = new Int32Array(FIRST_ROWS);
  /** Safe integers; 0 where the row can't be read. */
  amountMinor = new Float64Array(FIRST_ROWS);
  feeMinor = new Float64Array(FIRST_ROWS);
  /** Days since 1970, or `NO_DAY`. */
  day = new Int32Array(FIRST_ROWS);
  /** Places in `STATUSES` and `KINDS`. */
  status = new Uint8Array(FIRST_ROWS);
  kind = new Uint8Array(FIRST_ROWS);
  isUnreadable = new Uint8Array(FIRST_ROWS);
  isNearCutOff = new Uint8Array(FIRST_ROWS);
  private lastDate: string | null = null;
  private lastDay = NO_DAY;
  private lastCurrency: string | null = null;
  private lastCurrencyId = NO_TEXT;

  constructor(pool: TextPool) {
    this.pool = pool;
  }

  /** Adds a row; returns its number. Throws RangeError for an amount or a fee that is not a safe integer, and for a date that is none. */
  add(row: MatchRow): number {
    const at = this.count;
    if (at === this.line.length) this.grow();
    const { amountMinor, feeMinor = 0 } = row;
    if (!Number.isSafeInteger(amountMinor ?? 0) || !Number.isSafeInteger(feeMinor)) {
      throw new RangeError('amounts must be safe integers');
    }
    this.line[at] = row.line;
    this.ref[at] = this.idOf(row.ref);
    this.channelRef[at] = this.idOf(row.channelRef);
    this.originalRef[at] = this.idOf(row.originalRef);
    this.batch[at] = this.idOf(row.batch);
    this.text[at] = row.ref || row.channelRef ? NO_TEXT : this.idOf(row.text);
    this.currency[at] = this.currencyOf(row.currency);
    this.amountMinor[at] = amountMinor ?? 0;
    this.feeMinor[at] = feeMinor;
    this.day[at] = row.bookedOn === null ? NO_DAY : this.dayOf(row.bookedOn);
    this.status[at] = row.status === undefined ? 0 : STATUSES.indexOf(row.status);
    this.kind[at] = row.kind === undefined ? 0 : KINDS.indexOf(row.kind);
    this.isUnreadable[at] = amountMinor === null ? 1 : 0;
    this.isNearCutOff[at] = row.isNearCutOff ? 1 : 0;
    this.count = at + 1;
    return at;
  }

  /** The row as it came, but for texts that were not kept. */
  rowAt(at: number): Required<MatchRow> {
    const day = this.day[at] ?? NO_DAY;
    return {
      line: this.line[at] ?? 0,
      ref: this.textAt('ref', at),
      channelRef: this.textAt('channelRef', at),
      originalRef: this.textAt('originalRef', at),
      batch: this.textAt('batch', at),
      text: this.textAt('text', at),
      amountMinor: this.isUnreadable[at] ? null : (this.amountMinor[at] ?? 0),
      feeMinor: this.feeMinor[at] ?? 0,
      currency: this.pool.textOf(this.currency[at] ?? 0),
      bookedOn: day === NO_DAY ? null : dateOf(day),
      status: STATUSES[this.status[at] ?? 0] ?? 'final',
      kind: KINDS[this.kind[at] ?? 0] ?? 'payment',
      isNearCutOff: this.isNearCutOff[at] === 1,
    };
  }

  textAt(column: KeyColumn, at: number): string | null {
    const id = this[column][at] ?? NO_TEXT;
    return id === NO_TEXT ? null : this.pool.textOf(id);
  }

  /** What is left of the amount after its fee. */
  netMinorAt(at: number): number {
    return (this.amountMinor[at] ?? 0) - (this.feeMinor[at] ?? 0);
  }

  private idOf(text: string | null | undefined): number {
    return text ? this.pool.idOf(text) : NO_TEXT;
  }

  private currencyOf(currency: string): number {
    if (currency !== this.lastCurrency) {
      this.lastCurrency = currency;
      this.lastCurrencyId = this.pool.idOf(currency);
    }
    return this.lastCurrencyId;
  }

  private dayOf(date: string): number {
    if (date !== this.lastDate) {
      this.lastDay = dayOf(date);
      this.lastDate = date;
    }
    return this.lastDay;
  }

  private grow(): void {
    this.line = longer(this.line);
    this.ref = longer(this.ref);
    this.channelRef = longer(this.channelRef);
    this.originalRef = longer(this.originalRef);
    this.batch = longer(this.batch);
    this.text = longer(this.text);
    this.currency = longer(this.currency);
    this.amountMinor = longer(this.amountMinor);
    this.feeMinor = longer(this.feeMinor);
    this.day = longer(this.day);
    this.status = longer(this.status);
    this.kind = longer(this.kind);
    this.isUnreadable = longer(this.isUnreadable);
    this.isNearCutOff = longer(this.isNearCutOff);
  }
}

/** Days since 1970 of `YYYY-MM-DD`. Throws RangeError when there is no such day. */
export function dayOf(date: string): number {
  const day = Date.parse(`${date}T00:00:00Z`) / DAY_MS;
  if (!Number.isInteger(day) || dateOf(day) !== date) throw new RangeError(`${date} is not a date`);
  return day;
}

/** `YYYY-MM-DD` of days since 1970. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

function longer<T extends Int32Array | Float64Array | Uint8Array>(column: T): T {
  const make = column.constructor as new (length: number) => T;
  const larger = new make(column.length * 2);
  larger.set(column);
  return larger;
}
