import { hashText } from './hashing.ts';
import { TextWords } from './text-words.ts';

/** Fewer make long walks. */
const SLOTS_PER_HASH = 3;

/** 32 bits for a text that is there, of the first lane of its hash: 0 says that there is none. */
export const nameHash = (lane: number): number => (lane === 0 ? 1 : lane);

export function nameHashOf(text: string): number {
  given.end = 0;
  given.append(text);
  hashText(given.words, 0, lanes, 0);
  return nameHash(lanes[0] ?? 0);
}

const given = new TextWords();
const lanes = new Int32Array(2);

/** Hashes of texts, outside the heap: there may be millions. */
export class NameHashes {
  /** Open addressing; 0 where free. */
  private readonly slots: Int32Array;

  /** Takes at most so many. */
  constructor(count: number) {
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(count * SLOTS_PER_HASH + 2)));
  }

  /** 0 is none, and is passed over. */
  add(hash: number): void {
    if (hash !== 0) this.slots[this.slotOf(hash)] = hash;
  }

  has(hash: number): boolean {
    return hash !== 0 && this.slots[this.slotOf(hash)] === hash;
  }

  private slotOf(hash: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    while (slots[slot] !== 0 && slots[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }
}
