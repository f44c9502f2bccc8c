import { hashText } from './hashing.ts';
import { longer } from './text-column.ts';
import { isSameText, TextWords, wordsFor } from './text-words.ts';

const FIRST_TEXTS = 2_048;
/** Fewer make long walks. */
const SLOTS_PER_TEXT = 2;

/**
 * Texts kept once, as bytes outside the heap, and known by number: a million references would be a million objects for the
 * collector, and comparing them a million walks through strings.
 */
export class TextPool {
  private readonly texts = new TextWords();
  /** The word at which text `id` begins. */
  private starts = new Int32Array(FIRST_TEXTS);
  /** Open addressing, two words a slot: the text's hash, and `id + 1`, 0 where free. Most slots are passed over without a look at the text. */
  private slots = new Int32Array(FIRST_TEXTS * SLOTS_PER_TEXT * 2);
  private count = 0;
  private readonly given = new TextWords();
  private readonly lanes = new Int32Array(2);

  /** How many texts there are: their numbers are 0 to `size - 1`. */
  get size(): number {
    return this.count;
  }

  /** The number of a text; the same text has the same number. Writes the text's hash to `lanes`, if they are given. */
  idOf(text: string, lanes = this.lanes): number {
    const { given } = this;
    given.end = 0;
    given.append(text);
    hashText(given.words, 0, lanes, 0);
    return this.idOfWords(given.words, 0, lanes[0] ?? 0);
  }

  /** The same for a text that begins at a word of `words`, as `TextWords` lays it, and the first lane of its hash. */
  idOfWords(words: Int32Array, from: number, hash: number): number {
    const known = this.find(words, from, hash);
    if (known !== -1) return known;
    const id = this.count++;
    this.starts[id] = this.texts.appendFrom(words, from, from + wordsFor(words[from] ?? 0));
    putInto(this.slots, hash, id);
    if (this.count === this.starts.length) this.grow();
    return id;
  }

  /** The number of a text that is there, or -1. */
  find(words: Int32Array, from: number, hash: number): number {
    const { slots } = this;
    const mask = slots.length - 2;
    let slot = (hash << 1) & mask;
    for (let entry = slots[slot + 1] ?? 0; entry !== 0; entry = slots[slot + 1] ?? 0) {
      const isSame =
        slots[slot] === hash && isSameText(this.texts.words, this.starts[entry - 1] ?? 0, words, from);
      if (isSame) return entry - 1;
      slot = (slot + 2) & mask;
    }
    return -1;
  }

  textOf(id: number): string {
    return this.texts.textAt(this.starts[id] ?? 0);
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      const entry = old[at + 1] ?? 0;
      if (entry !== 0) putInto(this.slots, old[at] ?? 0, entry - 1);
    }
    this.starts = longer(this.starts, this.starts.length * 2);
  }
}

function putInto(slots: Int32Array, hash: number, id: number): void {
  const mask = slots.length - 2;
  let slot = (hash << 1) & mask;
  while (slots[slot + 1] !== 0) slot = (slot + 2) & mask;
  slots[slot] = hash;
  slots[slot + 1] = id + 1;
}
