import type { Chunk } from './chunk-format.ts';
import type { MatchRow } from './matching.types.ts';
import { dateOf, FLAGS, KEY_COLUMNS, KINDS, kindIn, NO_DAY, STATUSES, statusIn } from './row-values.ts';
import { wordsFor } from './text-words.ts';

/** Some rows of a chunk, by their places in it, ascending: as they were when it was written. */
export function rowsOfChunk(chunk: Chunk, rows: readonly number[]): MatchRow[] {
  const { words, texts } = chunk;
  const textAt = textsOf(chunk);
  const names = currenciesOf(chunk);
  const found: MatchRow[] = rows.map((row) => {
    const day = chunk.day[row] ?? NO_DAY;
    const flags = chunk.flags?.[row] ?? 0;
    return {
      line: chunk.line[row] ?? 0,
      ref: null,
      amountMinor: flags & FLAGS.isUnreadable ? null : (chunk.amountMinor[row] ?? 0),
      feeMinor: chunk.feeMinor?.[row] ?? 0,
      currency: names[chunk.currency?.[row] ?? 0] ?? '',
      bookedOn: day === NO_DAY ? null : dateOf(day),
      status: STATUSES[statusIn(flags)] ?? 'final',
      kind: KINDS[kindIn(flags)] ?? 'payment',
      isNearCutOff: (flags & FLAGS.isNearCutOff) !== 0,
    };
  });
  for (const [place, first] of texts.entries()) {
    const name = KEY_COLUMNS[place] ?? 'text';
    let word = first ?? 0;
    let at = 0;
    for (let row = 0; first !== null && at < rows.length; row++) {
      if (rows[at] === row) Object.assign(found[at++] ?? {}, { [name]: textAt(word) || null });
      word += wordsFor(words[word] ?? 0);
    }
  }
  return found;
}

/** What the currencies of a chunk are called, by their places in it. */
export function currenciesOf(chunk: Chunk): string[] {
  return chunk.currencies.map(textsOf(chunk));
}

/** Gives the text that begins at a word. */
function textsOf({ words }: Chunk): (word: number) => string {
  const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
  return (word) => bytes.toString('utf8', (word + 1) * 4, (word + 1) * 4 + (words[word] ?? 0));
}
