import { HAS, MAGIC, placesOf, readChunk, VERSION } from './chunk-format.ts';
import type { MatchRow } from './matching.types.ts';
import { flagsOf, RowTable } from './row-table.ts';
import { Days, KEY_COLUMNS, ROWS_PER_CHUNK } from './row-values.ts';
import { TextPool } from './text-pool.ts';
import { TextWords } from './text-words.ts';

export { ROWS_PER_CHUNK };

/**
 * Gathers rows and gives them as bytes, column by column (docs/decisions/0023-rows-in-columns.md): header · amounts and, where there
 * are any, fees as float64 · lines and days since 1970 as int32 · which currency as uint16, where there are several · flags, a byte
 * each, where not all are 0 · texts as `TextWords` lays them: the currencies, then each column that has any. No text and the empty
 * one are the same.
 */
export class ChunkWriter {
  private rowCount = 0;
  private columns = 0;
  private readonly amountMinor = new Float64Array(ROWS_PER_CHUNK);
  private readonly feeMinor = new Float64Array(ROWS_PER_CHUNK);
  private readonly line = new Int32Array(ROWS_PER_CHUNK);
  private readonly day = new Int32Array(ROWS_PER_CHUNK);
  private readonly currency = new Uint16Array(ROWS_PER_CHUNK);
  private readonly flags = new Uint8Array(ROWS_PER_CHUNK);
  private readonly texts = KEY_COLUMNS.map(() => new TextWords());
  private readonly currencies: string[] = [];
  private readonly days = new Days();
  private readonly packed = new TextWords();

  /** Rows since the last `take()`. */
  get count(): number {
    return this.rowCount;
  }

  /** Adds a row. Throws RangeError when the chunk is full, for an amount or fee that is no safe integer, and for a date that is none. */
  add(row: MatchRow): void {
    const at = this.rowCount;
    if (at === ROWS_PER_CHUNK) throw new RangeError(`a chunk holds ${ROWS_PER_CHUNK} rows`);
    const { amountMinor, feeMinor = 0 } = row;
    if (!Number.isSafeInteger(amountMinor ?? 0) || !Number.isSafeInteger(feeMinor)) {
      throw new RangeError('amounts must be safe integers');
    }
    this.day[at] = this.days.of(row.bookedOn);
    this.amountMinor[at] = amountMinor ?? 0;
    this.feeMinor[at] = feeMinor;
    this.line[at] = row.line;
    this.currency[at] = this.placeOf(row.currency);
    const flags = flagsOf(row);
    this.flags[at] = flags;
    if (feeMinor !== 0) this.columns |= HAS.fee;
    if (flags !== 0) this.columns |= HAS.flags;
    for (let place = 0; place < KEY_COLUMNS.length; place++) {
      const column = KEY_COLUMNS[place] ?? 'text';
      // As in a table: where there is a number, what else is said is not looked at.
      const text = (column === 'text' && (row.ref || row.channelRef) ? null : row[column]) || '';
      this.texts[place]?.append(text);
      if (text !== '') this.columns |= HAS.firstText << place;
    }
    this.rowCount = at + 1;
  }

  /** The chunk of the rows since the last call; begins the next one. */
  take(): Buffer {
    const { rowCount, currencies, packed } = this;
    if (currencies.length > 1) this.columns |= HAS.currency;
    const { columns } = this;
    packed.end = 0;
    for (const currency of currencies) packed.append(currency);
    for (const [place, column] of this.texts.entries()) {
      if (columns & (HAS.firstText << place)) packed.appendFrom(column.words, 0, column.end);
      column.end = 0;
    }
    const places = placesOf(rowCount, columns);
    const bytes = Buffer.alloc((places.texts + packed.end) * 4);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    words.set([MAGIC, VERSION, rowCount, columns, currencies.length, packed.end]);
    const put = (column: Float64Array | Int32Array | Uint16Array | Uint8Array, place: number) => {
      const part = column.subarray(0, rowCount);
      bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), place * 4);
    };
    put(this.amountMinor, places.amountMinor);
    if (columns & HAS.fee) put(this.feeMinor, places.feeMinor);
    put(this.line, places.line);
    put(this.day, places.day);
    if (columns & HAS.currency) put(this.currency, places.currency);
    if (columns & HAS.flags) put(this.flags, places.flags);
    words.set(packed.words.subarray(0, packed.end), places.texts);
    this.rowCount = 0;
    this.columns = 0;
    currencies.length = 0;
    return bytes;
  }

  private placeOf(currency: string): number {
    const place = this.currencies.indexOf(currency);
    return place === -1 ? this.currencies.push(currency) - 1 : place;
  }
}

/** Adds all rows of a chunk to a table, in their order. Throws RangeError, and adds nothing, when the bytes are no whole chunk. */
export function appendChunk(table: RowTable, bytes: Uint8Array): void {
  table.append(readChunk(bytes));
}

/** The rows of one chunk as a table of their own. Throws as `appendChunk`. */
export function tableOfChunk(bytes: Uint8Array): RowTable {
  const table = new RowTable(new TextPool());
  appendChunk(table, bytes);
  return table;
}
