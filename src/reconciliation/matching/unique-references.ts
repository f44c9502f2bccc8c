import type { RowTable } from './row-table.ts';
import { NO_TEXT } from './row-values.ts';
import { feesAgree, isOneDay, type RunBase } from './run.ts';
import { isSameText } from './text-words.ts';

/** Rows of a part, about: few enough that its slots stay in the processor's cache. */
const ROWS_PER_PART = 2_048;
/** A slot: hash, row of the left side + 1, row of the right side + 1; 0 for none, `SEVERAL` for more than one. */
const SLOT_WORDS = 3;
const SEVERAL = -1;
/** Pairs that are compared column by column. */
const PAIRS_AT_ONCE = 2_048;

/**
 * Pass 1 for references that stand once on either side, which are nearly all of a good day: two rows of one reference that agree match.
 * All others are left to the passes that see all rows of a reference together.
 */
export function matchUniqueReferences(run: RunBase): void {
  const { left, right, claims } = run;
  if (left.ref.isEmpty || right.ref.isEmpty) return;
  const partners = partnersOf(run);
  const pairs = new Pairs(left, right);
  for (let row = 0; row < partners.length; row++) {
    const partner = partners[row] ?? 0;
    if (partner > 0) pairs.add(row, partner - 1);
    if (pairs.count < PAIRS_AT_ONCE && row < partners.length - 1) continue;
    pairs.keepSame();
    for (let at = 0; at < pairs.count; at++)
      claims.pair('exactReference', pairs.lefts[at] ?? 0, pairs.rights[at] ?? 0);
    pairs.count = 0;
  }
}

/**
 * Some pairs of rows, compared one column after the other: rows of the right side lie anywhere in memory, and the processor fetches
 * many at once only while it has nothing else to do with each.
 */
class Pairs {
  count = 0;
  readonly lefts = new Int32Array(PAIRS_AT_ONCE);
  readonly rights = new Int32Array(PAIRS_AT_ONCE);
  private readonly left: RowTable;
  private readonly right: RowTable;
  private readonly isOneCurrency: boolean;
  private readonly isOneStatus: boolean;
  private readonly isOneDay: boolean;

  constructor(left: RowTable, right: RowTable) {
    this.left = left;
    this.right = right;
    this.isOneCurrency = isAllTheSame(left, right, 'currency');
    this.isOneStatus = isAllTheSame(left, right, 'status');
    this.isOneDay = isAllTheSame(left, right, 'day');
  }

  add(left: number, right: number): void {
    this.lefts[this.count] = left;
    this.rights[this.count] = right;
    this.count++;
  }

  /** Drops the pairs that differ in anything that a match by reference asks for. */
  keepSame(): void {
    const { left, right } = this;
    this.keepEqual(left.amountMinor, right.amountMinor);
    if (!this.isOneCurrency) this.keepEqual(left.currency, right.currency);
    if (!this.isOneStatus) this.keepEqual(left.status, right.status);
    if (!this.isOneDay) this.keep((a, b) => isOneDay(left.day[a] ?? 0, right.day[b] ?? 0));
    if (left.feeMinor.length > 0 && right.feeMinor.length > 0)
      this.keep((a, b) => feesAgree(left.feeMinor[a] ?? 0, right.feeMinor[b] ?? 0));
    const [words, others] = [left.texts.words, right.texts.words];
    this.keep((a, b) => isSameText(words, left.ref.at[a] ?? 0, others, right.ref.at[b] ?? 0));
  }

  private keepEqual(left: Int32Array | Float64Array | Uint8Array, right: typeof left): void {
    const { lefts, rights } = this;
    let kept = 0;
    for (let at = 0; at < this.count; at++) {
      const [a, b] = [lefts[at] ?? 0, rights[at] ?? 0];
      lefts[kept] = a;
      rights[kept] = b;
      if (left[a] === right[b]) kept++;
    }
    this.count = kept;
  }

  private keep(isSame: (left: number, right: number) => boolean): void {
    const { lefts, rights } = this;
    let kept = 0;
    for (let at = 0; at < this.count; at++) {
      const [a, b] = [lefts[at] ?? 0, rights[at] ?? 0];
      lefts[kept] = a;
      rights[kept] = b;
      if (isSame(a, b)) kept++;
    }
    this.count = kept;
  }
}

/** Whether a column says one thing in all rows of both sides, as of a day's files: then no pair differs in it. */
function isAllTheSame(left: RowTable, right: RowTable, name: 'currency' | 'status' | 'day'): boolean {
  const [first] = left[name];
  return [left, right].every((table) => {
    const column = table[name];
    for (let row = 0; row < table.count; row++) if (column[row] !== first) return false;
    return true;
  });
}

/** By row of the left side: the row of the right side + 1 whose reference has the same hash, if neither side has another; else 0 or less. */
function partnersOf({ left, right, claims }: RunBase): Int32Array {
  const partners = new Int32Array(left.count);
  const [leftRows, rightRows] = [claims.freeRows('left'), claims.freeRows('right')];
  const rows = Math.max(leftRows.length, rightRows.length, 1);
  const bits = Math.max(0, Math.ceil(Math.log2(rows / ROWS_PER_PART)));
  const lefts = new Parts(left, leftRows, bits);
  const rights = new Parts(right, rightRows, bits);
  // One more than all rows could fill.
  const slotCount = 2 ** Math.ceil(Math.log2(lefts.most + rights.most + 1));
  const slots = new Int32Array(slotCount * SLOT_WORDS);
  for (let part = 0; part < 2 ** bits; part++) {
    lefts.put(part, slots, 1);
    rights.put(part, slots, 2);
    for (let slot = 0; slot < slots.length; slot += SLOT_WORDS) {
      const row = slots[slot + 1] ?? 0;
      if (row > 0) partners[row - 1] = slots[slot + 2] ?? 0;
    }
    slots.fill(0);
  }
  return partners;
}

/** The rows that have a reference, in parts by the highest bits of its hash. */
class Parts {
  /** How many rows the largest part has. */
  readonly most: number;
  private readonly rows: Int32Array;
  private readonly hashes: Int32Array;
  /** Part `n` is from `starts[n]` to `starts[n + 1]`. */
  private readonly starts: Int32Array;

  constructor({ ref }: RowTable, rows: Int32Array, bits: number) {
    const { at, hash } = ref;
    this.starts = new Int32Array(2 ** bits + 1);
    const ends = this.starts.subarray(1);
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] ?? 0;
      if (at[row] === NO_TEXT) continue;
      const part = partOf(hash[row] ?? 0, bits);
      ends[part] = (ends[part] ?? 0) + 1;
    }
    this.most = ends.reduce((most, count) => Math.max(most, count), 0);
    for (let part = 1; part < ends.length; part++) ends[part] = (ends[part] ?? 0) + (ends[part - 1] ?? 0);
    const places = this.starts.slice();
    this.rows = new Int32Array(ends.at(-1) ?? 0);
    this.hashes = new Int32Array(this.rows.length);
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] ?? 0;
      if (at[row] === NO_TEXT) continue;
      const value = hash[row] ?? 0;
      const part = partOf(value, bits);
      const place = places[part] ?? 0;
      this.rows[place] = row;
      this.hashes[place] = value;
      places[part] = place + 1;
    }
  }

  /** Writes the rows of a part into the slots of their hashes, as the left (1) or the right (2) side's. */
  put(part: number, slots: Int32Array, side: 1 | 2): void {
    const { rows, hashes } = this;
    const mask = slots.length / SLOT_WORDS - 1;
    const end = this.starts[part + 1] ?? 0;
    for (let place = this.starts[part] ?? 0; place < end; place++) {
      const hash = hashes[place] ?? 0;
      let slot = (hash & mask) * SLOT_WORDS;
      while (slots[slot] !== hash && (slots[slot + 1] !== 0 || slots[slot + 2] !== 0)) {
        slot += SLOT_WORDS;
        if (slot === slots.length) slot = 0;
      }
      slots[slot] = hash;
      slots[slot + side] = slots[slot + side] === 0 ? (rows[place] ?? 0) + 1 : SEVERAL;
    }
  }
}

function partOf(hash: number, bits: number): number {
  // A shift by 32 would be none.
  return bits === 0 ? 0 : hash >>> (32 - bits);
}
