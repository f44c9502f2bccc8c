import type { MatchRow } from './matching.types.ts';
import { dateOf, dayOf, KINDS, NO_DAY, type RowTable, STATUSES } from './row-table.ts';
import { TextWords, wordsFor } from './text-words.ts';

/** How many rows a chunk holds at most; all chunks of a statement but the last are full. */
export const ROWS_PER_CHUNK = 4_096;

/** “RWCH”, little endian: on a machine of the other byte order it reads differently, and the chunk is refused. */
const MAGIC = 0x48435752;
const VERSION = 1;
/**
 * Words of 32 bits: magic, version, rows, columns that are there, currencies, words of text. An even number, so that amounts lie at
 * multiples of 8 bytes.
 */
const HEADER_WORDS = 6;

/** Columns that a chunk leaves out where no row has anything in them. */
const HAS = { fee: 0x01, flags: 0x02, currency: 0x04 };
const TEXT_COLUMNS = ['ref', 'channelRef', 'originalRef', 'batch', 'text'] as const;
const FIRST_TEXT_COLUMN = 0x10;
const ALL_COLUMNS = HAS.fee | HAS.flags | HAS.currency | (FIRST_TEXT_COLUMN * 0x1f);

/** Where each stands in the byte of flags. */
const FLAG = { kind: 2, isUnreadable: 0x10, isNearCutOff: 0x20 };
/** The years 0000 to 9999. */
const DAYS = { first: -719_528, last: 2_932_896 };

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
  private readonly texts = TEXT_COLUMNS.map(() => new Array<string>(ROWS_PER_CHUNK).fill(''));
  private readonly currencies: string[] = [];
  private lastDate: string | null = null;
  private lastDay = NO_DAY;

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
    this.day[at] = row.bookedOn === null ? NO_DAY : this.dayOf(row.bookedOn);
    this.amountMinor[at] = amountMinor ?? 0;
    this.feeMinor[at] = feeMinor;
    this.line[at] = row.line;
    this.currency[at] = this.placeOf(row.currency);
    const flags =
      (row.status === undefined ? 0 : STATUSES.indexOf(row.status)) |
      ((row.kind === undefined ? 0 : KINDS.indexOf(row.kind)) << FLAG.kind) |
      (amountMinor === null ? FLAG.isUnreadable : 0) |
      (row.isNearCutOff ? FLAG.isNearCutOff : 0);
    this.flags[at] = flags;
    if (feeMinor !== 0) this.columns |= HAS.fee;
    if (flags !== 0) this.columns |= HAS.flags;
    for (const [place, column] of TEXT_COLUMNS.entries()) {
      // As in a table: where there is a number, what else is said is not looked at.
      const text = (column === 'text' && (row.ref || row.channelRef) ? null : row[column]) || '';
      const texts = this.texts[place];
      if (texts) texts[at] = text;
      if (text !== '') this.columns |= FIRST_TEXT_COLUMN << place;
    }
    this.rowCount = at + 1;
  }

  /** The chunk of the rows since the last call; begins the next one. */
  take(): Buffer {
    const { rowCount, currencies } = this;
    if (currencies.length > 1) this.columns |= HAS.currency;
    const { columns } = this;
    const texts = new TextWords();
    for (const currency of currencies) texts.append(currency);
    for (const [place, column] of this.texts.entries()) {
      if (columns & (FIRST_TEXT_COLUMN << place))
        for (let row = 0; row < rowCount; row++) texts.append(column[row] ?? '');
    }
    const places = placesOf(rowCount, columns);
    const bytes = Buffer.alloc((places.texts + texts.end) * 4);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    words.set([MAGIC, VERSION, rowCount, columns, currencies.length, texts.end]);
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
    words.set(texts.words.subarray(0, texts.end), places.texts);
    this.rowCount = 0;
    this.columns = 0;
    currencies.length = 0;
    return bytes;
  }

  private placeOf(currency: string): number {
    const place = this.currencies.indexOf(currency);
    return place === -1 ? this.currencies.push(currency) - 1 : place;
  }

  private dayOf(date: string): number {
    if (date !== this.lastDate) {
      this.lastDay = dayOf(date);
      this.lastDate = date;
    }
    return this.lastDay;
  }
}

/** Adds all rows of a chunk to a table, in their order. Throws RangeError, and adds nothing, when the bytes are no whole chunk. */
export function appendChunk(table: RowTable, bytes: Uint8Array): void {
  const chunk = readChunk(bytes);
  const { words } = chunk;
  const decoder = new TextDecoder();
  const textAt = (word: number) =>
    decoder.decode(new Uint8Array(words.buffer, words.byteOffset + (word + 1) * 4, words[word] ?? 0));
  const currencies = chunk.currencies.map(textAt);
  const cursors = chunk.texts.slice();
  for (let row = 0; row < chunk.count; row++) {
    const texts = cursors.map((word, place) => {
      if (word === NOT_THERE) return null;
      cursors[place] = word + wordsFor(words[word] ?? 0);
      return textAt(word) || null;
    });
    const flags = chunk.flags?.[row] ?? 0;
    const day = chunk.day[row] ?? NO_DAY;
    table.add({
      line: chunk.line[row] ?? 0,
      ...Object.fromEntries(TEXT_COLUMNS.map((column, place) => [column, texts[place] ?? null])),
      ref: texts[0] ?? null,
      amountMinor: flags & FLAG.isUnreadable ? null : (chunk.amountMinor[row] ?? 0),
      feeMinor: chunk.feeMinor?.[row] ?? 0,
      currency: currencies[chunk.currency?.[row] ?? 0] ?? '',
      bookedOn: day === NO_DAY ? null : dateOf(day),
      status: STATUSES[flags & 3],
      kind: KINDS[(flags >> FLAG.kind) & 3],
      isNearCutOff: (flags & FLAG.isNearCutOff) !== 0,
    });
  }
}

const NOT_THERE = -1;

/** A chunk whose every part is known to be what it should. */
interface Chunk {
  count: number;
  amountMinor: Float64Array;
  feeMinor: Float64Array | null;
  line: Int32Array;
  day: Int32Array;
  /** Places in `currencies`; null: all rows have the first. */
  currency: Uint16Array | null;
  flags: Uint8Array | null;
  words: Int32Array;
  /** At which word each currency begins, and the first row's text of each column of `TEXT_COLUMNS`, or `NOT_THERE`. */
  currencies: number[];
  texts: number[];
}

function readChunk(bytes: Uint8Array): Chunk {
  // Views of 8 bytes have to begin at a multiple of 8.
  const own = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  const { buffer, byteOffset, length } = own;
  refuseUnless(length >= HEADER_WORDS * 4 && length % 4 === 0);
  const words = new Int32Array(buffer, byteOffset, length / 4);
  const [magic, version, count = 0, columns = 0, currencyCount = 0, textWords = 0] = words;
  refuseUnless(magic === MAGIC && version === VERSION);
  refuseUnless(count >= 0 && count <= ROWS_PER_CHUNK && (columns & ~ALL_COLUMNS) === 0);
  const places = placesOf(count, columns);
  refuseUnless(textWords >= 0 && places.texts + textWords === words.length);
  refuseUnless(currencyCount <= count && currencyCount >= Math.min(1, count));
  const at = (place: number) => byteOffset + place * 4;
  const has = (column: number) => (columns & column) !== 0;
  const chunk: Chunk = {
    count,
    amountMinor: new Float64Array(buffer, at(places.amountMinor), count),
    feeMinor: has(HAS.fee) ? new Float64Array(buffer, at(places.feeMinor), count) : null,
    line: new Int32Array(buffer, at(places.line), count),
    day: new Int32Array(buffer, at(places.day), count),
    currency: has(HAS.currency) ? new Uint16Array(buffer, at(places.currency), count) : null,
    flags: has(HAS.flags) ? new Uint8Array(buffer, at(places.flags), count) : null,
    words,
    ...textPlacesOf(words, places.texts, { count, columns, currencyCount }),
  };
  refuseUnless(chunk.amountMinor.every(Number.isSafeInteger));
  refuseUnless(chunk.feeMinor?.every(Number.isSafeInteger) ?? true);
  refuseUnless(chunk.day.every((day) => day === NO_DAY || (day >= DAYS.first && day <= DAYS.last)));
  refuseUnless(chunk.currency?.every((place) => place < currencyCount) ?? true);
  refuseUnless(chunk.flags?.every(areFlags) ?? true);
  return chunk;
}

/** Walks over all texts once: each within the chunk, and the last one ending where the chunk does. */
function textPlacesOf(
  words: Int32Array,
  start: number,
  { count, columns, currencyCount }: { count: number; columns: number; currencyCount: number },
): Pick<Chunk, 'currencies' | 'texts'> {
  let word = start;
  const pass = () => {
    const byteLength = words[word] ?? -1;
    const next = word + wordsFor(byteLength);
    refuseUnless(byteLength >= 0 && next <= words.length);
    // What pads a text is part of what is compared.
    const inLast = byteLength & 3;
    refuseUnless(inLast === 0 || (words[next - 1] ?? 0) >>> (inLast * 8) === 0);
    word = next;
  };
  const currencies: number[] = [];
  for (let place = 0; place < currencyCount; place++) {
    currencies.push(word);
    pass();
  }
  const texts = TEXT_COLUMNS.map((_, place) => {
    if ((columns & (FIRST_TEXT_COLUMN << place)) === 0) return NOT_THERE;
    const first = word;
    for (let row = 0; row < count; row++) pass();
    return first;
  });
  refuseUnless(word === words.length);
  return { currencies, texts };
}

/** At which word of a chunk each part begins. */
function placesOf(count: number, columns: number) {
  const amountMinor = HEADER_WORDS;
  const feeMinor = amountMinor + count * 2;
  const line = feeMinor + (columns & HAS.fee ? count * 2 : 0);
  const day = line + count;
  const currency = day + count;
  const flags = currency + (columns & HAS.currency ? (count + 1) >> 1 : 0);
  const texts = flags + (columns & HAS.flags ? (count + 3) >> 2 : 0);
  return { amountMinor, feeMinor, line, day, currency, flags, texts };
}

function areFlags(flags: number): boolean {
  return (flags & 3) < STATUSES.length && ((flags >> FLAG.kind) & 3) < KINDS.length && flags < 0x40;
}

function refuseUnless(isAsItShould: boolean): void {
  if (!isAsItShould)
    throw new RangeError('these bytes are no whole chunk of rows of a version that is known');
}
