import type { CompoundStream } from './compound-file.ts';
import { LIMITS } from './limits.ts';
import { UnreadableFile } from './reading.types.ts';

/** Numbers of the records that are read ([MS-XLS] 2.3). */
export const RECORD = {
  formula: 0x0006,
  eof: 0x000a,
  is1904: 0x0022,
  filePass: 0x002f,
  continue: 0x003c,
  boundSheet: 0x0085,
  mulRk: 0x00bd,
  richString: 0x00d6,
  xf: 0x00e0,
  sst: 0x00fc,
  labelSst: 0x00fd,
  number: 0x0203,
  label: 0x0204,
  boolErr: 0x0205,
  string: 0x0207,
  row: 0x0208,
  rk: 0x027e,
  format: 0x041e,
  bof: 0x0809,
} as const;

/** A record, with what continues it. */
export interface BiffRecord {
  type: number;
  parts: Buffer[];
}

/** Those whose continuations are of use; pictures are continued too, and passed over. */
const CONTINUED: ReadonlySet<number> = new Set([
  RECORD.sst,
  RECORD.richString,
  RECORD.label,
  RECORD.string,
  RECORD.format,
]);
/** Lengths that never differ: another one means that something before it was damaged. */
const FIXED_LENGTHS: ReadonlyMap<number, number> = new Map([
  [RECORD.eof, 0],
  [RECORD.labelSst, 10],
  [RECORD.number, 14],
  [RECORD.boolErr, 8],
  [RECORD.row, 16],
  [RECORD.rk, 10],
]);
const MAX_RECORD_BYTES = 8_224;
/** No record of any version has a number with another upper byte. */
const KNOWN_UPPER_BYTES: ReadonlySet<number> = new Set([0x00, 0x01, 0x02, 0x04, 0x08, 0x10]);

/**
 * Hands over the records from a place on, until `take` says `false`. Throws `UnreadableFile` where the stream ends before, or
 * where what stands there is no record.
 */
export async function readRecords(
  stream: CompoundStream,
  from: number,
  take: (record: BiffRecord) => boolean,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let open: BiffRecord | null = null;
  for await (const piece of stream.bytes(from)) {
    const bytes: Buffer = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    let at = 0;
    while (bytes.length - at >= 4) {
      const type = bytes.readUInt16LE(at);
      const length = bytes.readUInt16LE(at + 2);
      checkRecord(type, length);
      if (bytes.length - at - 4 < length) break;
      const data = bytes.subarray(at + 4, at + 4 + length);
      at += 4 + length;
      if (type === RECORD.continue) {
        if (open && CONTINUED.has(open.type)) open.parts.push(data);
        continue;
      }
      if (open && !take(open)) return;
      open = { type, parts: [data] };
      if (type !== RECORD.eof) continue;
      if (!take(open)) return;
      open = null;
    }
    rest = bytes.subarray(at);
  }
  throw damagedWorkbook('it ends before its last record');
}

function checkRecord(type: number, length: number): void {
  const expected = FIXED_LENGTHS.get(type) ?? length;
  if (type === 0 || !KNOWN_UPPER_BYTES.has(type >> 8) || length > MAX_RECORD_BYTES || length !== expected) {
    throw damagedWorkbook(`what should be a record is none (${type.toString(16)}, ${length} bytes)`);
  }
}

export function damagedWorkbook(why: string): UnreadableFile {
  return new UnreadableFile('spreadsheet_damaged', `the workbook is damaged: ${why}`);
}

export function tooOldWorkbook(): UnreadableFile {
  return new UnreadableFile(
    'xls_not_read',
    'a workbook of Excel 95 or older: open it in a spreadsheet, save it as .xlsx or .csv, and read that',
  );
}

/** Reads on through the parts of a record. Throws `UnreadableFile` behind its end. */
export class RecordCursor {
  private readonly parts: readonly Buffer[];
  private part = 0;
  private at: number;

  constructor({ parts }: BiffRecord, at = 0) {
    this.parts = parts;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.left === 0 && this.part + 1 >= this.parts.length;
  }

  uint8(): number {
    while (this.left === 0) this.nextPart();
    const value = this.parts[this.part]?.[this.at] ?? 0;
    this.at += 1;
    return value;
  }

  uint16(): number {
    return this.uint8() + this.uint8() * 0x100;
  }

  uint32(): number {
    return this.uint16() + this.uint16() * 0x10000;
  }

  skip(count: number): void {
    let missing = count;
    while (missing > this.left) {
      missing -= this.left;
      this.nextPart();
    }
    this.at += missing;
  }

  /** A string of characters ([MS-XLS] 2.5.293 and 2.5.294): its formatted runs and phonetic marks are passed over. */
  string(length: number): string {
    const flags = this.uint8();
    const runCount = flags & 0x08 ? this.uint16() : 0;
    const extraBytes = flags & 0x04 ? this.uint32() : 0;
    const text = this.characters(length, (flags & 0x01) !== 0);
    this.skip(runCount * 4 + extraBytes);
    return text;
  }

  /** Where the record is continued inside a string, a byte says anew whether a character has one byte or two. */
  private characters(length: number, isWideAtFirst: boolean): string {
    let isWide = isWideAtFirst;
    let text = '';
    while (text.length < length) {
      if (this.left === 0) {
        this.nextPart();
        isWide = (this.uint8() & 0x01) !== 0;
      }
      const bytes = Math.min((length - text.length) * (isWide ? 2 : 1), isWide ? this.left & ~1 : this.left);
      if (bytes === 0) throw damagedWorkbook('a character is cut in two');
      const start = this.at;
      this.at += bytes;
      text += this.parts[this.part]?.toString(isWide ? 'utf16le' : 'latin1', start, this.at) ?? '';
    }
    return text;
  }

  private get left(): number {
    return (this.parts[this.part]?.length ?? 0) - this.at;
  }

  private nextPart(): void {
    if (this.part + 1 >= this.parts.length) throw damagedWorkbook('a record ends before its text does');
    this.part += 1;
    this.at = 0;
  }
}

/** The shared strings of a workbook. */
export function readSharedStrings(record: BiffRecord): string[] {
  const bytes = record.parts.reduce((sum, { length }) => sum + length, 0);
  if (bytes > LIMITS.spreadsheetStringsChars) {
    throw new UnreadableFile('spreadsheet_too_large', 'the spreadsheet holds more text than is read');
  }
  const cursor = new RecordCursor(record, 4);
  const count = cursor.uint32();
  const strings: string[] = [];
  // Some writers count wrongly: a cell that refers to a string which is not there will say so.
  while (strings.length < count && !cursor.isAtEnd) strings.push(cursor.string(cursor.uint16()));
  return strings;
}
