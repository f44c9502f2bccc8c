import { SharedSlabs } from '../../infra/memory/index.ts';
import type { Chunk } from './chunk-format.ts';
import { printOfPair } from './digest.ts';
import { type HeldPiece, heldPiece } from './held-pieces.ts';
import { NameHashes, nameHash, nameHashOf } from './name-hashes.ts';
import type { RowTable } from './row-table.ts';
import { FLAGS, NO_DAY, NO_TEXT, ROWS_PER_CHUNK, statusIn } from './row-values.ts';
import { feesAgree, isOneDay } from './run.ts';
import { isSameText } from './text-words.ts';

/**
 * Pass 1 for nearly all rows of a good day, by several threads at once and without tables: a hash join. The rows of our side are held
 * as the chunks they come in, and found by the hash of their reference; those of the other side only pass by. A pair is *plain* when its
 * reference stands once on either side and both rows agree, and when no row that is left names any of its numbers: then nothing
 * that is found out about the others can concern it. The others are few, and are matched by `matchSides`, with the same result as if all
 * rows had been.
 */

/** Columns by which rows are found from other rows. */
const NAMES = ['ref', 'channelRef', 'originalRef'] as const;
type Name = (typeof NAMES)[number];

/** What all threads know of one side's rows. */
interface SideMemory {
  readonly count: number;
  /** By name and row: a hash of the text, 0 where there is none. */
  readonly hashes: Readonly<Record<Name, Int32Array>>;
}

/** Lies in memory that threads share; what no column needs is never touched, and takes none. */
export interface PairMemory {
  readonly ours: SideMemory;
  readonly theirs: SideMemory;
  /** By row of ours, two words each: the lanes of `RowTable`, or `printOfPair` from when it is paired. */
  readonly prints: Int32Array;
  /** By row of ours: at which word of its piece the reference begins. */
  readonly refWords: Int32Array;
  /** Rows of ours + 1 by the hash of their reference, in as many parts as threads may fill at once. */
  readonly slots: Int32Array;
  /** By row of ours: the row of theirs + 1 that has its reference; 0 while there is none, `SEVERAL` where it can't be a plain pair. */
  readonly partners: Int32Array;
}

const SEVERAL = -1;
/** Parts of `slots`, by the highest bit of the hash. */
const INDEX_PARTS = 2;

export function pairMemoryOf(counts: { ours: number; theirs: number }): PairMemory {
  // However their hashes fall, a part has room for all rows and one slot that stays free: a search ends there.
  const partSize = 2 ** Math.ceil(Math.log2(counts.ours + 1));
  const slabs = new SharedSlabs();
  const words = (count: number) => {
    const { buffer, byteOffset } = slabs.take(count * 4);
    return new Int32Array(buffer, byteOffset, count);
  };
  const sideOf = (count: number): SideMemory => {
    const hashes = { ref: words(count), channelRef: words(count), originalRef: words(count) };
    return { count, hashes };
  };
  return {
    ours: sideOf(counts.ours),
    theirs: sideOf(counts.theirs),
    prints: words(counts.ours * 2),
    refWords: words(counts.ours),
    slots: words(INDEX_PARTS * partSize),
    // Alone, since it stays longest.
    partners: new Int32Array(new SharedArrayBuffer(counts.ours * 4)),
  };
}

/** Puts down what is known of a piece's rows; `piece` has just them. */
function keepNames(side: SideMemory, pieceNo: number, piece: RowTable): void {
  const base = pieceNo * ROWS_PER_CHUNK;
  for (const name of NAMES) {
    const { at, hash, isEmpty } = piece[name];
    if (isEmpty) continue;
    const hashes = side.hashes[name];
    for (let row = 0; row < piece.count; row++)
      if (at[row] !== NO_TEXT) hashes[base + row] = nameHash(hash[row] ?? 0);
  }
}

/** Makes the rows of a piece of our side known; `piece` has just them. What is held of them lies in memory that `take` gives. */
export function holdPiece(
  memory: PairMemory,
  pieceNo: number,
  { chunk, piece }: { chunk: Chunk; piece: RowTable },
  take: (byteLength: number) => Uint8Array,
): HeldPiece {
  const base = pieceNo * ROWS_PER_CHUNK;
  keepNames(memory.ours, pieceNo, piece);
  memory.prints.set(piece.lanes.subarray(0, piece.count * 2), base * 2);
  return heldPiece(chunk, memory.refWords.subarray(base), take);
}

/** Makes a part of our rows be found by their reference; those that can't be read are not. `held` are all pieces of our side. */
export function indexPart(memory: PairMemory, held: readonly HeldPiece[], part: number): void {
  const { slots, partners } = memory;
  const hashes = memory.ours.hashes.ref;
  const index = new Index(memory, held);
  for (let row = 0; row < hashes.length; row++) {
    const hash = hashes[row] ?? 0;
    if (hash === 0 || hash >>> 31 !== part) continue;
    const chunk = held[Math.floor(row / ROWS_PER_CHUNK)];
    if (!chunk || ((chunk.flags?.[row % ROWS_PER_CHUNK] ?? 0) & FLAGS.isUnreadable) !== 0) continue;
    const slot = index.slotOf(hash, chunk.words, memory.refWords[row] ?? 0);
    const other = slots[slot] ?? 0;
    if (other === 0) slots[slot] = row + 1;
    else {
      partners[row] = SEVERAL;
      partners[other - 1] = SEVERAL;
    }
  }
}

/** Finds our rows by the text of their reference. */
class Index {
  private readonly memory: PairMemory;
  private readonly held: readonly HeldPiece[];
  private readonly partSize: number;

  constructor(memory: PairMemory, held: readonly HeldPiece[]) {
    this.memory = memory;
    this.held = held;
    this.partSize = memory.slots.length / INDEX_PARTS;
  }

  /** The slot of the row that has the text which begins at a word, or the free one where it would be. */
  slotOf(hash: number, words: Int32Array, word: number): number {
    const { slots, ours, refWords } = this.memory;
    const { partSize } = this;
    const start = (hash >>> 31) * partSize;
    let place = hash & (partSize - 1);
    for (;;) {
      const row = (slots[start + place] ?? 0) - 1;
      if (row === -1) return start + place;
      if (ours.hashes.ref[row] === hash) {
        const own = this.held[Math.floor(row / ROWS_PER_CHUNK)]?.words;
        if (own && isSameText(own, refWords[row] ?? 0, words, word)) return start + place;
      }
      place = (place + 1) & (partSize - 1);
    }
  }
}

/** Pairs rows of their side with ours, piece by piece; several threads may, each with other pieces. */
export class PlainPairing {
  private readonly memory: PairMemory;
  private readonly held: readonly HeldPiece[];
  private readonly index: Index;
  /** Of each piece of ours, what its currencies are called in the pool of `piece`. */
  private readonly currencyIds: number[][];
  private readonly piece: RowTable;

  /** `piece` is where each of their pieces is put before it is paired. */
  constructor(memory: PairMemory, held: readonly HeldPiece[], piece: RowTable) {
    this.memory = memory;
    this.held = held;
    this.piece = piece;
    this.index = new Index(memory, held);
    this.currencyIds = held.map(({ currencies }) => currencies.map((name) => piece.pool.idOf(name)));
  }

  /** Pairs what `piece` has. Gives the places of the rows that are left, as far as can be said before all pieces have passed. */
  pair(pieceNo: number): number[] {
    const { piece, index } = this;
    const { slots, partners, theirs } = this.memory;
    keepNames(theirs, pieceNo, piece);
    const left: number[] = [];
    const base = pieceNo * ROWS_PER_CHUNK;
    for (let row = 0; row < piece.count; row++) {
      const word = piece.ref.isEmpty || piece.isUnreadable[row] ? NO_TEXT : (piece.ref.at[row] ?? NO_TEXT);
      const slot =
        word === NO_TEXT
          ? 0
          : slots[index.slotOf(nameHash(piece.ref.hash[row] ?? 0), piece.texts.words, word)];
      if (!slot) {
        left.push(row);
        continue;
      }
      const before = Atomics.compareExchange(partners, slot - 1, 0, base + row + 1);
      if (before === 0 && this.agrees(slot - 1, row)) {
        putPrint(this.memory.prints, slot - 1, piece.lanes, row);
        continue;
      }
      Atomics.store(partners, slot - 1, SEVERAL);
      left.push(row);
    }
    return left;
  }

  /** As matching by reference asks: amount, currency, status, date, and no contradicting fee. */
  private agrees(ourRow: number, row: number): boolean {
    const { piece } = this;
    const pieceNo = Math.floor(ourRow / ROWS_PER_CHUNK);
    const at = ourRow % ROWS_PER_CHUNK;
    const chunk = this.held[pieceNo];
    if (!chunk) return false;
    return (
      chunk.amountMinor[at] === piece.amountMinor[row] &&
      this.currencyIds[pieceNo]?.[chunk.currency?.[at] ?? 0] === piece.currency[row] &&
      statusIn(chunk.flags?.[at] ?? 0) === piece.status[row] &&
      isOneDay(chunk.day[at] ?? NO_DAY, piece.day[row] ?? NO_DAY) &&
      feesAgree(chunk.feeMinor?.[at] ?? 0, piece.feeMinor[row] ?? 0)
    );
  }
}

/** What all pieces have come to. */
export class PlainPairs {
  /** By row of either side: its partner + 1, or 0. */
  readonly partners: Readonly<Record<'ours' | 'theirs', Int32Array>>;
  private readonly memory: PairMemory;

  constructor(memory: PairMemory) {
    this.memory = memory;
    const [ours, theirs] = [memory.partners, new Int32Array(memory.theirs.count)];
    for (let row = 0; row < ours.length; row++) {
      const partner = ours[row] ?? 0;
      if (partner > 0) theirs[partner - 1] = row + 1;
      else ours[row] = 0;
    }
    this.partners = { ours, theirs };
  }

  /** Leaves a row to be matched with the others, and its partner. */
  takeBack(side: 'ours' | 'theirs', row: number): void {
    const partner = this.partners[side][row] ?? 0;
    if (partner === 0) return;
    this.partners[side][row] = 0;
    this.partners[side === 'ours' ? 'theirs' : 'ours'][partner - 1] = 0;
  }

  /** Takes back every pair of which a row that is left names a number, or one of `texts`. */
  takeBackNamed(texts: readonly string[]): void {
    const { memory, partners } = this;
    const [ours, theirs] = [memory.ours.hashes, memory.theirs.hashes];
    const asked = this.namesOfLeft(texts.length);
    for (const text of texts) asked.add(nameHashOf(text));
    for (let row = 0; row < partners.ours.length; row++) {
      const other = (partners.ours[row] ?? 0) - 1;
      if (other === -1) continue;
      const isAsked =
        asked.has(ours.ref[row] ?? 0) ||
        asked.has(ours.channelRef[row] ?? 0) ||
        asked.has(ours.originalRef[row] ?? 0) ||
        asked.has(theirs.channelRef[other] ?? 0) ||
        asked.has(theirs.originalRef[other] ?? 0);
      if (isAsked) this.takeBack('ours', row);
    }
  }

  /** Rows of a piece that are in no plain pair, by their place in it. */
  leftOf(side: 'ours' | 'theirs', pieceNo: number): number[] {
    const partners = this.partners[side];
    const base = pieceNo * ROWS_PER_CHUNK;
    const end = Math.min(base + ROWS_PER_CHUNK, partners.length);
    const left: number[] = [];
    for (let row = base; row < end; row++) if (partners[row] === 0) left.push(row - base);
    return left;
  }

  /** With room for so many more. */
  private namesOfLeft(more: number): NameHashes {
    const sides = ['ours', 'theirs'] as const;
    const left = sides.map((side) => {
      const partners = this.partners[side];
      const rows: number[] = [];
      for (let row = 0; row < partners.length; row++) if (partners[row] === 0) rows.push(row);
      return { rows, hashes: this.memory[side].hashes };
    });
    const count = left.reduce((sum, { rows }) => sum + rows.length, 0);
    const asked = new NameHashes(count * NAMES.length + more);
    for (const { rows, hashes } of left)
      for (const name of NAMES) for (const row of rows) asked.add(hashes[name][row] ?? 0);
    return asked;
  }
}

function putPrint(prints: Int32Array, ourRow: number, lanes: Int32Array, row: number): void {
  const [first, second] = [ourRow * 2, ourRow * 2 + 1];
  prints[first] = printOfPair('exactReference', prints[first] ?? 0, lanes[row * 2] ?? 0, 0);
  prints[second] = printOfPair('exactReference', prints[second] ?? 0, lanes[row * 2 + 1] ?? 0, 1);
}
