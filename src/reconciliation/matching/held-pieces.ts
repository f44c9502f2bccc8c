import type { Chunk } from './chunk-format.ts';
import { currenciesOf } from './chunk-rows.ts';
import { NO_TEXT } from './row-values.ts';
import { wordsFor } from './text-words.ts';

/** What pairing asks of a piece of rows: all that two rows must agree in, in memory that threads share. */
export interface HeldPiece
  extends Pick<Chunk, 'count' | 'amountMinor' | 'feeMinor' | 'day' | 'currency' | 'flags'> {
  /** What `currency` means. */
  currencies: readonly string[];
  /** The references, one after the other. */
  words: Int32Array;
}

/** Holds a piece in memory that `take` gives. `refWords` is told at which of its words each reference begins, or `NO_TEXT`. */
export function heldPiece(
  chunk: Chunk,
  refWords: Int32Array,
  take: (byteLength: number) => Uint8Array,
): HeldPiece {
  const kept = <Column extends Float64Array | Int32Array | Uint16Array | Uint8Array>(column: Column) => {
    const make = column.constructor as new (buffer: ArrayBufferLike, at: number, length: number) => Column;
    const { buffer, byteOffset } = take(column.byteLength);
    const copy = new make(buffer, byteOffset, column.length);
    copy.set(column);
    return copy;
  };
  const { count, amountMinor, feeMinor, day, currency, flags } = chunk;
  return {
    count,
    amountMinor: kept(amountMinor),
    feeMinor: feeMinor && kept(feeMinor),
    day: kept(day),
    currency: currency && kept(currency),
    flags: flags && kept(flags),
    currencies: currenciesOf(chunk),
    words: kept(refsOf(chunk, refWords)),
  };
}

function refsOf({ count, words, texts: [first = null] }: Chunk, refWords: Int32Array): Int32Array {
  if (first === null) {
    refWords.fill(NO_TEXT, 0, count);
    return words.subarray(0, 0);
  }
  let word = first;
  for (let row = 0; row < count; row++) {
    refWords[row] = word - first;
    word += wordsFor(words[word] ?? 0);
  }
  return words.subarray(first, word);
}
