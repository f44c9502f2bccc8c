import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { LIMITS } from './limits.ts';
import { UnreadableFile } from './reading.types.ts';

/** Character sets that are guessed among: what bytes that are not UTF-8 most likely are. */
export type FallbackEncoding = 'gb18030' | 'windows-1252';

/** Not a character set: each byte becomes one character, for files that are cut by bytes. */
export const BINARY = 'binary';

/**
 * Turns bytes into text. The character set is what the caller says; else what a byte order mark says, or the empty bytes of UTF-16; else UTF-8 if the
 * first bytes beyond ASCII are UTF-8, and the fallback if they are not. Bytes that don't fit become U+FFFD.
 */
export class TextReader {
  private decoder: TextDecoder | null = null;
  private readonly fallback: FallbackEncoding;
  private isFirst = true;
  private endsWhole = true;
  private readonly isBinary: boolean;

  constructor(encoding: string | null, fallback: FallbackEncoding) {
    this.fallback = fallback;
    this.isBinary = encoding === BINARY;
    if (encoding && !this.isBinary) this.decoder = decoderOf(encoding);
  }

  /** Null while everything has been ASCII. */
  get encoding(): string | null {
    return this.decoder?.encoding ?? null;
  }

  write(bytes: Buffer): string {
    if (this.isBinary) return bytes.toString('latin1');
    if (this.isFirst) {
      this.isFirst = false;
      const marked = byteOrderMark(bytes);
      // A mark says more than a person: UTF-16 read as anything else is noise.
      if (marked) this.decoder = decoderOf(marked);
    }
    if (!this.decoder) {
      if (isAscii(bytes)) return bytes.toString('latin1');
      this.decoder = decoderOf(isUtf8(wholeCharacters(bytes)) ? 'utf-8' : this.fallback);
    }
    // Most bytes of most files are ASCII, which needs no decoding; a character that the last piece cut would need it.
    const isWhole = this.endsWhole && this.decoder.encoding === 'utf-8' && isAscii(bytes);
    this.endsWhole = (bytes.at(-1) ?? 0) < 0x80;
    return isWhole ? bytes.toString('latin1') : this.decoder.decode(bytes, { stream: true });
  }

  end(): string {
    return this.decoder?.decode() ?? '';
  }
}

/** Which of UTF-8 and the fallback a sample is in; null for ASCII. */
export function guessEncoding(sample: Buffer, fallback: FallbackEncoding): string | null {
  const marked = byteOrderMark(sample);
  if (marked) return marked;
  if (isAscii(sample)) return null;
  return isUtf8(wholeCharacters(sample)) ? 'utf-8' : fallback;
}

/** Throws `UnreadableFile` for a character set that is not known here. */
export function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding);
  } catch {
    throw new UnreadableFile('encoding_unknown', `unknown character set “${encoding.slice(0, 40)}”`);
  }
}

function byteOrderMark(bytes: Buffer): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return bytes.includes(0) ? unmarkedUtf16(bytes.subarray(0, 1_024)) : null;
}

/** Digits and signs have an empty byte in UTF-16, always on the same side; no other text has any. */
function unmarkedUtf16(bytes: Buffer): string | null {
  const empty = [0, 0];
  for (const [at, byte] of bytes.entries()) if (byte === 0) empty[at % 2] = (empty[at % 2] ?? 0) + 1;
  const [first = 0, second = 0] = empty;
  if (Math.max(first, second) * 8 < bytes.length || Math.min(first, second) > 0) return null;
  return second > first ? 'utf-16le' : 'utf-16be';
}

/** Without a character that the end of the piece may have cut: at most three bytes. */
function wholeCharacters(bytes: Buffer): Buffer {
  let end = bytes.length;
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) {
      end = bytes.length - back;
      break;
    }
    if (byte < 0x80) break;
  }
  return bytes.subarray(0, end);
}

const CARRIAGE_RETURN = 13;
const DOS_END = '\x1a';

/** Cuts text into lines, however it comes in pieces. Lines end with LF or CRLF; the last may lack its end. */
export class LineSplitter {
  line = 0;
  private rest = '';
  private readonly take: (text: string, line: number) => void;

  constructor(take: (text: string, line: number) => void) {
    this.take = take;
  }

  write(text: string): void {
    let from = 0;
    let to = text.indexOf('\n');
    while (to !== -1) {
      const isCrLf = to > from && text.charCodeAt(to - 1) === CARRIAGE_RETURN;
      const line = this.rest + text.slice(from, isCrLf ? to - 1 : to);
      this.rest = '';
      this.emit(line);
      from = to + 1;
      to = text.indexOf('\n', from);
    }
    this.rest += text.slice(from);
    if (this.rest.length > LIMITS.lineChars) this.tooLong();
  }

  end(): void {
    // What DOS ended a text with is no line.
    while (this.rest.endsWith(DOS_END)) this.rest = this.rest.slice(0, -1);
    if (this.rest !== '') this.emit(this.rest);
    this.rest = '';
  }

  private emit(text: string): void {
    if (text.length > LIMITS.lineChars) this.tooLong();
    this.line += 1;
    let end = text.length;
    while (end > 0 && text.charCodeAt(end - 1) === CARRIAGE_RETURN) end -= 1;
    this.take(end === text.length ? text : text.slice(0, end), this.line);
  }

  private tooLong(): never {
    throw new UnreadableFile(
      'line_too_long',
      `a line of more than ${LIMITS.lineChars} characters`,
      this.line + 1,
    );
  }
}
