import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** “RAWR”, little endian. */
const MAGIC = 0x52574152;
const VERSION = 1;
/** Words of 32 bits: magic, version, rows, bytes of text, whether the text is deflated. */
const HEADER_WORDS = 5;
/** In the column of lengths: the same text as the row before, of the same line. */
const AS_BEFORE = -1;
/** Longer texts are deflated: an entry of XML has kilobytes, and most of it is the same as in the one before. */
const DEFLATE_FROM_BYTES = 1024 ** 2;
const FIRST_TEXT_BYTES = 1024 ** 2;
/** What the text of one piece may come to, so that neither memory nor a database's packet is too small for it. */
const MAX_TEXT_BYTES = 256 * 1024 ** 2;
const MAX_PACKED_BYTES = 6 * 1024 ** 2;

/** The rows of one piece have more text than can be kept of it. */
export class RawRowsTooLarge extends Error {
  override readonly name = 'RawRowsTooLarge';
}

/** Gathers rows as they came; `take()` gives them as bytes and begins anew. */
export class RawRowsWriter {
  private readonly lines: number[] = [];
  private readonly lengths: number[] = [];
  private text = Buffer.allocUnsafe(FIRST_TEXT_BYTES);
  private textBytes = 0;
  private last: string | null = null;

  /** Throws RawRowsTooLarge. */
  add(line: number, raw: string): void {
    // Comparing every text with the one before would cost as much as keeping it.
    const isAsBefore = line === this.lines.at(-1) && raw === this.last;
    if (!isAsBefore && this.textBytes + raw.length > MAX_TEXT_BYTES)
      throw new RawRowsTooLarge('rows with too much text');
    this.lines.push(line);
    this.lengths.push(isAsBefore ? AS_BEFORE : this.append(raw));
    this.last = raw;
  }

  /** Throws RawRowsTooLarge. */
  take(): Buffer {
    const { lines, lengths } = this;
    const text = this.text.subarray(0, this.textBytes);
    const isDeflated = text.length >= DEFLATE_FROM_BYTES;
    const body = isDeflated ? deflateRawSync(text, { level: 1 }) : text;
    if (body.length > MAX_PACKED_BYTES) throw new RawRowsTooLarge('rows with too much text');
    const words = Int32Array.from([MAGIC, VERSION, lines.length, text.length, isDeflated ? 1 : 0]);
    const columns = [words, Int32Array.from(lines), Int32Array.from(lengths)].map(
      (column) => new Uint8Array(column.buffer),
    );
    for (const column of [lines, lengths]) column.length = 0;
    this.last = null;
    this.textBytes = 0;
    return Buffer.concat([...columns, body]);
  }

  /** At once, so that no text has to live as long as its piece; returns its bytes. */
  private append(raw: string): number {
    const needed = this.textBytes + raw.length * 3;
    if (needed > this.text.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.text.length * 2));
      this.text.copy(larger, 0, 0, this.textBytes);
      this.text = larger;
    }
    const byteLength = this.text.write(raw, this.textBytes);
    this.textBytes += byteLength;
    return byteLength;
  }
}

/** The rows of a piece as they came. Throws RangeError when the bytes are no whole piece. */
export function readRawRows(bytes: Uint8Array): { line: number; raw: string }[] {
  // Views of 4 bytes have to begin at a multiple of 4.
  const own = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  const refuseUnless = (isAsItShould: boolean) => {
    if (!isAsItShould)
      throw new RangeError('these bytes are no whole piece of rows of a version that is known');
  };
  refuseUnless(own.length >= HEADER_WORDS * 4);
  const head = new Int32Array(own.buffer, own.byteOffset, HEADER_WORDS);
  const [magic, version, count = 0, textBytes = 0, isDeflated] = head;
  refuseUnless(magic === MAGIC && version === VERSION && count >= 0);
  refuseUnless(textBytes >= 0 && textBytes <= MAX_TEXT_BYTES * 4);
  const start = (HEADER_WORDS + count * 2) * 4;
  refuseUnless(start <= own.length);
  const at = own.byteOffset + HEADER_WORDS * 4;
  const lines = new Int32Array(own.buffer, at, count);
  const lengths = new Int32Array(own.buffer, at + count * 4, count);
  const text = textOf(own.subarray(start), textBytes, isDeflated === 1);
  refuseUnless(text.length === textBytes);
  let from = 0;
  let raw = '';
  const rows = Array.from(lengths, (length, row) => {
    refuseUnless(length >= 0 || (length === AS_BEFORE && row > 0));
    if (length !== AS_BEFORE) {
      raw = text.toString('utf8', from, from + length);
      from += length;
    }
    return { line: lines[row] ?? 0, raw };
  });
  refuseUnless(from === text.length);
  return rows;
}

function textOf(body: Uint8Array, textBytes: number, isDeflated: boolean): Buffer {
  if (!isDeflated) return Buffer.from(body.buffer, body.byteOffset, body.length);
  try {
    return inflateRawSync(body, { maxOutputLength: Math.max(1, textBytes) });
  } catch {
    throw new RangeError('these bytes are no whole piece of rows of a version that is known');
  }
}
