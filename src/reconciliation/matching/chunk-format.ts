import {
  FLAGS,
  KEY_COLUMNS,
  KINDS,
  kindIn,
  NO_DAY,
  ROWS_PER_CHUNK,
  STATUSES,
  statusIn,
} from './row-values.ts';
import { wordsFor } from './text-words.ts';

/** “RWCH”, little endian: on a machine of the other byte order it reads differently, and the chunk is refused. */
export const MAGIC = 0x48435752;
export const VERSION = 1;
/**
 * Words of 32 bits: magic, version, rows, columns that are there, currencies, words of text. An even number, so that amounts lie at
 * multiples of 8 bytes.
 */
const HEADER_WORDS = 6;

/** Columns that a chunk leaves out where no row has anything in them; from `firstText` on a bit for each of `KEY_COLUMNS`. */
export const HAS = { fee: 0x01, flags: 0x02, currency: 0x04, firstText: 0x10 } as const;
const ALL_COLUMNS = HAS.fee | HAS.flags | HAS.currency | (HAS.firstText * (2 ** KEY_COLUMNS.length - 1));

/** The years 0000 to 9999. */
const DAYS = { first: -719_528, last: 2_932_896 };

/** A chunk whose every part is known to be what it should. */
export interface Chunk {
  count: number;
  amountMinor: Float64Array;
  feeMinor: Float64Array | null;
  line: Int32Array;
  day: Int32Array;
  /** Places in `currencies`; null: all rows have the first. */
  currency: Uint16Array | null;
  flags: Uint8Array | null;
  words: Int32Array;
  /** Words that texts take. */
  textWords: number;
  /** At which word each currency begins. */
  currencies: number[];
  /** Of each of `KEY_COLUMNS`: at which word the text of the first row begins; null where no row has any. */
  texts: (number | null)[];
}

/** Throws RangeError when the bytes are no whole chunk of a version that is known. */
export function readChunk(bytes: Uint8Array): Chunk {
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
    textWords,
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
  const texts = KEY_COLUMNS.map((_, place) => {
    if ((columns & (HAS.firstText << place)) === 0) return null;
    const first = word;
    for (let row = 0; row < count; row++) pass();
    return first;
  });
  refuseUnless(word === words.length);
  return { currencies, texts };
}

/** At which word of a chunk each part begins. */
export function placesOf(count: number, columns: number) {
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
  return statusIn(flags) < STATUSES.length && kindIn(flags) < KINDS.length && flags <= FLAGS.all;
}

function refuseUnless(isAsItShould: boolean): void {
  if (!isAsItShould)
    throw new RangeError('these bytes are no whole chunk of rows of a version that is known');
}
