import type { RowTable } from './row-table.ts';
import { NO_TEXT } from './row-values.ts';
import { agreeOnOneDay, type RunBase } from './run.ts';
import { isSameText } from './text-words.ts';

/** Rows of a part, about: few enough that its slots stay in the processor's cache. */
const ROWS_PER_PART = 4_096;
/** A slot: hash, row of the left side + 1, row of the right side + 1; 0 for none, `SEVERAL` for more than one. */
const SLOT_WORDS = 3;
const SEVERAL = -1;

/**
 * Pass 1 for references that stand once on either side, which are nearly all of a good day: two rows of one reference that agree match.
 * All others are left to the passes that see all rows of a reference together.
 */
export function matchUniqueReferences(run: RunBase): void {
  const { left, right, claims } = run;
  if (left.ref.isEmpty || right.ref.isEmpty) return;
  const partners = partnersOf(run);
  for (let row = 0; row < partners.length; row++) {
    const partner = (partners[row] ?? 0) - 1;
    if (partner === -1) continue;
    const [at, from] = [left.ref.at[row] ?? 0, right.ref.at[partner] ?? 0];
    if (!isSameText(left.texts.words, at, right.texts.words, from)) continue;
    if (agreeOnOneDay(run, row, partner)) claims.pair('exactReference', row, partner);
  }
}

/** By row of the left side: the row of the right side + 1 whose reference has the same hash, if neither side has another; else 0. */
function partnersOf({ left, right, claims }: RunBase): Int32Array {
  const partners = new Int32Array(left.count);
  const [leftRows, rightRows] = [claims.freeRows('left'), claims.freeRows('right')];
  const rows = Math.max(leftRows.length, rightRows.length, 1);
  const bits = Math.max(0, Math.ceil(Math.log2(rows / ROWS_PER_PART)));
  const lefts = new Parts(left, leftRows, bits);
  const rights = new Parts(right, rightRows, bits);
  const slotCount = 2 ** Math.ceil(Math.log2(2 * (lefts.most + rights.most) + 1));
  const slots = new Int32Array(slotCount * SLOT_WORDS);
  for (let part = 0; part < 2 ** bits; part++) {
    put(slots, left.ref.hash, lefts.rowsOf(part), 1);
    put(slots, right.ref.hash, rights.rowsOf(part), 2);
    for (let slot = 0; slot < slots.length; slot += SLOT_WORDS) {
      const leftRow = slots[slot + 1] ?? 0;
      const rightRow = slots[slot + 2] ?? 0;
      if (leftRow > 0 && rightRow > 0) partners[leftRow - 1] = rightRow;
    }
    slots.fill(0);
  }
  return partners;
}

/** The rows that have a reference, in parts by the highest bits of its hash. */
class Parts {
  private readonly rows: Int32Array;
  /** Part `n` is `rows[starts[n], starts[n + 1])`. */
  private readonly starts: Int32Array;

  constructor({ ref }: RowTable, rows: Int32Array, bits: number) {
    const { at, hash } = ref;
    // A shift by 32 is none.
    const partOf = (row: number) => (bits === 0 ? 0 : (hash[row] ?? 0) >>> (32 - bits));
    this.starts = new Int32Array(2 ** bits + 1);
    const ends = this.starts.subarray(1);
    for (const row of rows) {
      const part = partOf(row);
      if (at[row] !== NO_TEXT) ends[part] = (ends[part] ?? 0) + 1;
    }
    for (let part = 1; part < ends.length; part++) ends[part] = (ends[part] ?? 0) + (ends[part - 1] ?? 0);
    const places = this.starts.slice();
    this.rows = new Int32Array(ends.at(-1) ?? 0);
    for (const row of rows) {
      if (at[row] === NO_TEXT) continue;
      const part = partOf(row);
      const place = places[part] ?? 0;
      this.rows[place] = row;
      places[part] = place + 1;
    }
  }

  /** How many rows the largest part has. */
  get most(): number {
    let most = 0;
    for (let part = 1; part < this.starts.length; part++)
      most = Math.max(most, (this.starts[part] ?? 0) - (this.starts[part - 1] ?? 0));
    return most;
  }

  rowsOf(part: number): Int32Array {
    return this.rows.subarray(this.starts[part], this.starts[part + 1]);
  }
}

/** Writes rows into the slots of their hashes, as the left (1) or the right (2) side's. */
function put(slots: Int32Array, hashes: Int32Array, rows: Int32Array, side: 1 | 2): void {
  const mask = slots.length / SLOT_WORDS - 1;
  for (const row of rows) {
    const hash = hashes[row] ?? 0;
    let slot = (hash & mask) * SLOT_WORDS;
    while (slots[slot] !== hash && (slots[slot + 1] !== 0 || slots[slot + 2] !== 0)) {
      slot += SLOT_WORDS;
      if (slot === slots.length) slot = 0;
    }
    slots[slot] = hash;
    slots[slot + side] = slots[slot + side] === 0 ? row + 1 : SEVERAL;
  }
}
