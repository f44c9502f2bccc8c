import type { Chunk } from './chunk-format.ts';
import { hashNumbers, hashText, withText } from './hashing.ts';
import type { MatchRow } from './matching.types.ts';
import {
  Days,
  dateOf,
  FLAGS,
  KEY_COLUMNS,
  type KeyColumn,
  KINDS,
  kindIn,
  NO_DAY,
  NO_TEXT,
  STATUSES,
  statusIn,
} from './row-values.ts';
import { longer, TextColumn } from './text-column.ts';
import type { TextPool } from './text-pool.ts';
import { TextWords, wordsFor } from './text-words.ts';

const FIRST_ROWS = 1_024;

/**
 * The rows of one side, column by column in typed arrays: about forty bytes a row and its references, whatever the number. Tables
 * that are matched with each other share their pool of texts, where currencies are from the beginning and references as far as
 * matching needs them. The arrays are longer than `count`; columns of texts, and fees, are empty as long as no row has any.
 */
export class RowTable {
  readonly pool: TextPool;
  count = 0;
  line = new Int32Array(FIRST_ROWS);
  /** The texts of all columns, the same ones as often as they come. */
  readonly texts = new TextWords();
  readonly ref = new TextColumn();
  readonly channelRef = new TextColumn();
  readonly originalRef = new TextColumn();
  readonly batch = new TextColumn();
  readonly text = new TextColumn();
  /** Numbers of texts in the pool. */
  currency = new Int32Array(FIRST_ROWS);
  /** Safe integers; 0 where the row can't be read. */
  amountMinor = new Float64Array(FIRST_ROWS);
  feeMinor = new Float64Array(0);
  /** Days since 1970, or `NO_DAY`. */
  day = new Int32Array(FIRST_ROWS);
  /** Places in `STATUSES` and `KINDS`. */
  status = new Uint8Array(FIRST_ROWS);
  kind = new Uint8Array(FIRST_ROWS);
  isUnreadable = new Uint8Array(FIRST_ROWS);
  isNearCutOff = new Uint8Array(FIRST_ROWS);
  /** 64 bits of all that a row says but its line, in two lanes: those of row `n` are `[2n]` and `[2n + 1]`. */
  lanes = new Int32Array(FIRST_ROWS * 2);
  private readonly days = new Days();
  private readonly textLanes = new Int32Array(2);
  private lastCurrency: string | null = null;
  private lastCurrencyId = 0;
  private readonly currencyLanes = new Int32Array(2);

  constructor(pool: TextPool) {
    this.pool = pool;
  }

  /** Makes room for so many rows in all, so that nothing is copied while they come. */
  reserve(rows: number): void {
    if (rows <= this.line.length) return;
    this.line = longer(this.line, rows);
    for (const name of KEY_COLUMNS) if (!this[name].isEmpty) this[name].reserve(rows);
    this.currency = longer(this.currency, rows);
    this.amountMinor = longer(this.amountMinor, rows);
    if (this.feeMinor.length > 0) this.feeMinor = longer(this.feeMinor, rows);
    this.day = longer(this.day, rows);
    this.status = longer(this.status, rows);
    this.kind = longer(this.kind, rows);
    this.isUnreadable = longer(this.isUnreadable, rows);
    this.isNearCutOff = longer(this.isNearCutOff, rows);
    this.lanes = longer(this.lanes, rows * 2);
  }

  /** Takes all rows out; the room for them, and the pool, stay. */
  clear(): void {
    const rows = this.count;
    this.count = 0;
    this.texts.end = 0;
    for (const name of KEY_COLUMNS) this[name].at.fill(NO_TEXT, 0, rows);
    this.feeMinor.fill(0, 0, rows);
    for (const flags of [this.status, this.kind, this.isUnreadable, this.isNearCutOff])
      flags.fill(0, 0, rows);
  }

  /** Adds a row; returns its number. Throws RangeError for an amount or a fee that is not a safe integer, and for a date that is none. */
  add(row: MatchRow): number {
    const { amountMinor, feeMinor = 0 } = row;
    if (!Number.isSafeInteger(amountMinor ?? 0) || !Number.isSafeInteger(feeMinor)) {
      throw new RangeError('amounts must be safe integers');
    }
    const day = this.days.of(row.bookedOn);
    const at = this.count;
    this.growTo(at + 1);
    this.line[at] = row.line;
    this.amountMinor[at] = amountMinor ?? 0;
    if (feeMinor !== 0) this.fees()[at] = feeMinor;
    this.day[at] = day;
    const flags = flagsOf(row);
    this.putFlags(at, flags);
    this.hashNumbers(at, flags);
    this.currency[at] = this.currencyOf(row.currency);
    this.hashWith(at, this.currencyLanes, 0, 0);
    for (const [place, name] of KEY_COLUMNS.entries()) {
      const text = name === 'text' && (row.ref || row.channelRef) ? null : row[name];
      if (!text) continue;
      const word = this.texts.end;
      this.texts.append(text);
      this[name].reserve(this.line.length);
      this.putText(this[name], at, word, place);
    }
    this.count = at + 1;
    return at;
  }

  /** Adds all rows of a chunk, in their order. */
  append(chunk: Chunk): void {
    const start = this.count;
    const { count } = chunk;
    if (count === 0) return;
    this.growTo(start + count);
    this.line.set(chunk.line, start);
    this.amountMinor.set(chunk.amountMinor, start);
    if (chunk.feeMinor) this.fees().set(chunk.feeMinor, start);
    this.day.set(chunk.day, start);
    for (let row = 0; row < count; row++) {
      const flags = chunk.flags?.[row] ?? 0;
      if (flags !== 0) this.putFlags(start + row, flags);
      this.hashNumbers(start + row, flags);
    }
    this.appendCurrencies(chunk, start);
    // Room for such texts, and somewhat longer ones, of all rows that there is room for.
    this.texts.reserve(Math.ceil(((chunk.textWords * 1.05) / count) * (this.line.length - start)));
    for (const [place, first] of chunk.texts.entries()) {
      if (first !== null) this.appendTexts(chunk, place, first, start);
    }
    this.count = start + count;
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
    const word = this[column].at[at] ?? NO_TEXT;
    return word === NO_TEXT ? null : this.texts.textAt(word);
  }

  /** What is left of the amount after its fee. */
  netMinorAt(at: number): number {
    return (this.amountMinor[at] ?? 0) - (this.feeMinor[at] ?? 0);
  }

  private appendCurrencies({ words, currencies, currency, count }: Chunk, start: number): void {
    const lanes = new Int32Array(currencies.length * 2);
    const ids = currencies.map((word, place) => {
      hashText(words, word, lanes, place * 2);
      return this.pool.idOfWords(words, word, lanes[place * 2] ?? 0);
    });
    for (let row = 0; row < count; row++) {
      const place = currency?.[row] ?? 0;
      this.currency[start + row] = ids[place] ?? 0;
      this.hashWith(start + row, lanes, place * 2, 0);
    }
  }

  /** The texts of a column lie one behind the other in a chunk: they are copied as they are. */
  private appendTexts({ words, count }: Chunk, place: number, first: number, start: number): void {
    const name = KEY_COLUMNS[place] ?? 'text';
    let end = first;
    for (let row = 0; row < count; row++) end += wordsFor(words[end] ?? 0);
    let word = this.texts.appendFrom(words, first, end);
    const column = this[name];
    column.reserve(this.line.length);
    const own = this.texts.words;
    for (let row = start; row < start + count; row++) {
      const byteLength = own[word] ?? 0;
      const isKept = byteLength > 0 && (name !== 'text' || !this.hasNumber(row));
      if (isKept) this.putText(column, row, word, place);
      word += wordsFor(byteLength);
    }
  }

  private putText(column: TextColumn, at: number, word: number, place: number): void {
    const { textLanes } = this;
    hashText(this.texts.words, word, textLanes, 0);
    column.at[at] = word;
    column.hash[at] = textLanes[0] ?? 0;
    this.hashWith(at, textLanes, 0, place + 1);
  }

  private hasNumber(at: number): boolean {
    return (this.ref.at[at] ?? NO_TEXT) !== NO_TEXT || (this.channelRef.at[at] ?? NO_TEXT) !== NO_TEXT;
  }

  private currencyOf(currency: string): number {
    if (currency !== this.lastCurrency) {
      this.lastCurrencyId = this.pool.idOf(currency, this.currencyLanes);
      this.lastCurrency = currency;
    }
    return this.lastCurrencyId;
  }

  private putFlags(at: number, flags: number): void {
    this.status[at] = statusIn(flags);
    this.kind[at] = kindIn(flags);
    this.isUnreadable[at] = flags & FLAGS.isUnreadable ? 1 : 0;
    this.isNearCutOff[at] = flags & FLAGS.isNearCutOff ? 1 : 0;
  }

  private hashNumbers(at: number, flags: number): void {
    const { lanes } = this;
    const amountMinor = this.amountMinor[at] ?? 0;
    const feeMinor = this.feeMinor[at] ?? 0;
    const day = this.day[at] ?? NO_DAY;
    lanes[at * 2] = hashNumbers(amountMinor, feeMinor, day, flags, 0);
    lanes[at * 2 + 1] = hashNumbers(amountMinor, feeMinor, day, flags, 1);
  }

  private hashWith(at: number, textLanes: Int32Array, from: number, place: number): void {
    const { lanes } = this;
    lanes[at * 2] = withText(lanes[at * 2] ?? 0, textLanes[from] ?? 0, place);
    lanes[at * 2 + 1] = withText(lanes[at * 2 + 1] ?? 0, textLanes[from + 1] ?? 0, place);
  }

  private fees(): Float64Array {
    if (this.feeMinor.length === 0) this.feeMinor = new Float64Array(this.line.length);
    return this.feeMinor;
  }

  private growTo(rows: number): void {
    if (rows > this.line.length) this.reserve(Math.max(rows, this.line.length * 2));
  }
}

/** The byte of flags of a row. */
export function flagsOf({ status, kind, amountMinor, isNearCutOff }: MatchRow): number {
  return (
    (status === undefined ? 0 : STATUSES.indexOf(status)) |
    ((kind === undefined ? 0 : KINDS.indexOf(kind)) << FLAGS.kindShift) |
    (amountMinor === null ? FLAGS.isUnreadable : 0) |
    (isNearCutOff ? FLAGS.isNearCutOff : 0)
  );
}
