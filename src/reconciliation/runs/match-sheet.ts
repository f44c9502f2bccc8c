import type { MatchRule } from '../matching/matching.types.ts';
import { ROWS_PER_CHUNK } from '../matching/row-chunks.ts';

/** “MSHT”, little endian: on a machine of the other byte order it reads differently, and the sheet is refused. */
const MAGIC = 0x5448534d;
const VERSION = 1;
/** Words of 32 bits: magic, version, rows. */
const HEADER_WORDS = 3;

/** Written in files of the database: a number once given stays. */
const RULES: Readonly<Record<MatchRule, number>> = {
  exactReference: 1,
  channelReference: 2,
  refundToOriginal: 3,
  sameText: 4,
  dateCut: 5,
  netOfFee: 6,
  splitPayment: 7,
  settlementBatch: 8,
  subsetSum: 9,
  tolerance: 10,
  nearReference: 11,
  notMoved: 12,
};
const RULE_OF = new Map(Object.entries(RULES).map(([rule, byte]) => [byte, rule as MatchRule]));

/** Added to the rule where the match has more than one row with one. */
const IN_GROUP = 0x40;
const IN_BREAK = 0x80;
/** In the one break of all rows whose file has not come. */
const IN_LATE_BREAK = 0x81;

/** What became of a row. */
export type Slot =
  /** Matched with one row of the batch's other statement. */
  | { kind: 'pair'; rule: MatchRule; counterpartRowNo: number }
  /** In a match of several rows, or of none on the other side, or of another date: one of `match_groups`. */
  | { kind: 'group'; rule: MatchRule; matchNo: number }
  /** In a break: an active row of `break_rows`. */
  | { kind: 'break' }
  | { kind: 'lateBreak' };

/** What became of the rows of a statement, five bytes each. A row has one slot, and a slot says one thing. */
export class Slots {
  readonly count: number;
  private readonly kinds: Uint8Array;
  private readonly others: Int32Array;

  constructor(count: number) {
    this.count = count;
    this.kinds = new Uint8Array(count);
    this.others = new Int32Array(count);
  }

  pair(rowNo: number, rule: MatchRule, counterpartRowNo: number): void {
    this.put(rowNo, RULES[rule], counterpartRowNo);
  }

  group(rowNo: number, rule: MatchRule, matchNo: number): void {
    this.put(rowNo, RULES[rule] | IN_GROUP, matchNo);
  }

  broken(rowNo: number, isLate: boolean): void {
    this.put(rowNo, isLate ? IN_LATE_BREAK : IN_BREAK, 0);
  }

  at(rowNo: number): Slot {
    return slotOf(this.kinds[rowNo] ?? 0, this.others[rowNo] ?? 0);
  }

  /** Whether it is in a match; without an object. */
  isMatched(rowNo: number): boolean {
    return ((this.kinds[rowNo] ?? 0) & IN_BREAK) === 0;
  }

  /** The sheet of each piece, in order. Throws Error where a row has no slot: matching has lost it. */
  *sheets(): Generator<Uint8Array> {
    for (let from = 0; from < this.count; from += ROWS_PER_CHUNK) {
      const to = Math.min(from + ROWS_PER_CHUNK, this.count);
      const bytes = new Uint8Array(HEADER_WORDS * 4 + (to - from) * 5);
      const head = new Int32Array(bytes.buffer, 0, HEADER_WORDS + to - from);
      head.set([MAGIC, VERSION, to - from]);
      head.set(this.others.subarray(from, to), HEADER_WORDS);
      const kinds = this.kinds.subarray(from, to);
      if (kinds.includes(0)) throw new Error('matching left a row without a match or break');
      bytes.set(kinds, head.byteLength);
      yield bytes;
    }
  }

  private put(rowNo: number, kind: number, other: number): void {
    if (this.kinds[rowNo] !== 0) throw new Error(`row ${rowNo} has a slot already`);
    this.kinds[rowNo] = kind;
    this.others[rowNo] = other;
  }
}

/** Calls `visit` with each row of a sheet, 0-based in its piece. Throws RangeError when the bytes are no whole sheet. */
export function visitSheet(bytes: Uint8Array, visit: (row: number, slot: Slot) => void): void {
  const { count, others, kinds } = readSheet(bytes);
  for (let row = 0; row < count; row++) visit(row, slotOf(kinds[row] ?? 0, others[row] ?? 0));
}

/** One row of a sheet. Throws RangeError as `visitSheet`, and where there is no such row. */
export function slotInSheet(bytes: Uint8Array, row: number): Slot {
  const { count, others, kinds } = readSheet(bytes);
  refuseUnless(row >= 0 && row < count);
  return slotOf(kinds[row] ?? 0, others[row] ?? 0);
}

function readSheet(bytes: Uint8Array) {
  // Views of 4 bytes have to begin at a multiple of 4.
  const own = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  refuseUnless(own.length >= HEADER_WORDS * 4);
  const [magic, version, count = 0] = new Int32Array(own.buffer, own.byteOffset, HEADER_WORDS);
  refuseUnless(magic === MAGIC && version === VERSION && count > 0 && count <= ROWS_PER_CHUNK);
  refuseUnless(own.length === HEADER_WORDS * 4 + count * 5);
  const others = new Int32Array(own.buffer, own.byteOffset + HEADER_WORDS * 4, count);
  const kinds = own.subarray(HEADER_WORDS * 4 + count * 4);
  refuseUnless(others.every((other) => other >= 0));
  return { count, others, kinds };
}

function slotOf(kind: number, other: number): Slot {
  if (kind === IN_BREAK) return { kind: 'break' };
  if (kind === IN_LATE_BREAK) return { kind: 'lateBreak' };
  const rule = RULE_OF.get(kind & ~IN_GROUP);
  if (rule === undefined) throw new RangeError('these bytes are no whole sheet of a version that is known');
  return kind & IN_GROUP
    ? { kind: 'group', rule, matchNo: other }
    : { kind: 'pair', rule, counterpartRowNo: other };
}

function refuseUnless(isAsItShould: boolean): void {
  if (!isAsItShould) throw new RangeError('these bytes are no whole sheet of a version that is known');
}
