const FIRST_WORDS = 1_024;

/**
 * Texts one behind the other, as they lie in memory and in a chunk: the length in bytes as one word of 32 bits, then UTF-8, padded with
 * zeros to whole words. So they are hashed and compared four bytes at a time, and copied without becoming strings.
 */
export class TextWords {
  words = new Int32Array(FIRST_WORDS);
  /** How many of `words` are used. */
  end = 0;
  private bytes = Buffer.from(this.words.buffer);

  /** Writes a text behind the last one. */
  append(text: string): void {
    this.reserve(wordsFor(text.length * 3));
    const { words, bytes, end } = this;
    const start = (end + 1) * 4;
    const byteLength = text === '' ? 0 : bytes.write(text, start);
    words[end] = byteLength;
    this.end = end + wordsFor(byteLength);
    for (let at = start + byteLength; at < this.end * 4; at++) bytes[at] = 0;
  }

  /** Copies texts that lie in `source` from one word to another; returns the word at which the first begins here. */
  appendFrom(source: Int32Array, from: number, to: number): number {
    this.reserve(to - from);
    const { end } = this;
    this.words.set(source.subarray(from, to), end);
    this.end = end + to - from;
    return end;
  }

  /** The text that begins at a word. */
  textAt(word: number): string {
    const start = (word + 1) * 4;
    return this.bytes.toString('utf8', start, start + (this.words[word] ?? 0));
  }

  /** Makes room for so many words more. */
  reserve(count: number): void {
    const needed = this.end + count;
    if (needed <= this.words.length) return;
    const larger = new Int32Array(Math.max(needed, Math.ceil(this.words.length * 1.5)));
    larger.set(this.words.subarray(0, this.end));
    this.words = larger;
    this.bytes = Buffer.from(larger.buffer);
  }
}

/** Words that a text of so many bytes takes, with its length. */
export function wordsFor(byteLength: number): number {
  return 1 + ((byteLength + 3) >>> 2);
}

/** Whether the text at a word is the one at a word of another. */
export function isSameText(words: Int32Array, at: number, others: Int32Array, from: number): boolean {
  const count = wordsFor(words[at] ?? 0);
  for (let word = 0; word < count; word++) if (words[at + word] !== others[from + word]) return false;
  return true;
}
