const FIRST_SLOTS = 4_096;
const FIRST_BYTES = 64 * 1_024;
const FNV_PRIME = 0x01000193;
const SECOND_PRIME = 0x85ebca6b;
/** Slots a text, at least: fewer make long walks. */
const MIN_SLOTS_PER_TEXT = 2;

/**
 * Texts kept once, as bytes outside the heap, and known by number: a million references would be a million objects for the
 * collector, and comparing them a million walks through strings.
 */
export class TextPool {
  private bytes = Buffer.alloc(FIRST_BYTES);
  private byteCount = 0;
  /** Text `id` is `bytes[starts[id], starts[id + 1])`. */
  private starts = new Uint32Array(FIRST_SLOTS / MIN_SLOTS_PER_TEXT + 1);
  private hashes = new Int32Array(FIRST_SLOTS / MIN_SLOTS_PER_TEXT);
  private secondHashes = new Int32Array(FIRST_SLOTS / MIN_SLOTS_PER_TEXT);
  /** Open addressing; `id + 1`, 0 where free. */
  private slots = new Int32Array(FIRST_SLOTS);
  private count = 0;

  /** How many texts there are: their numbers are 0 to `size - 1`. */
  get size(): number {
    return this.count;
  }

  /** The number of a text; the same text has the same number. */
  idOf(text: string): number {
    const byteLength = this.write(text);
    const hash = hashOf(this.bytes, this.byteCount, byteLength, FNV_PRIME);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let entry = this.slots[slot] ?? 0; entry !== 0; entry = this.slots[slot] ?? 0) {
      if (this.hashes[entry - 1] === hash && this.isWritten(entry - 1, byteLength)) return entry - 1;
      slot = (slot + 1) & mask;
    }
    const id = this.count++;
    this.slots[slot] = id + 1;
    this.hashes[id] = hash;
    this.secondHashes[id] = hashOf(this.bytes, this.byteCount, byteLength, SECOND_PRIME);
    this.byteCount += byteLength;
    this.starts[id + 1] = this.byteCount;
    if (this.count === this.hashes.length) this.growTable();
    return id;
  }

  textOf(id: number): string {
    return this.bytes.toString('utf8', this.starts[id], this.starts[id + 1]);
  }

  /** 32 bits that depend on the text alone, not on what else is in the pool. */
  hashOf(id: number): number {
    return this.hashes[id] ?? 0;
  }

  /** 32 bits more of the same, for those who need 64. */
  secondHashOf(id: number): number {
    return this.secondHashes[id] ?? 0;
  }

  /** Writes a text behind the last one, where it stays if it is new. */
  private write(text: string): number {
    const needed = this.byteCount + text.length * 3;
    if (needed > this.bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, this.bytes.length * 2));
      this.bytes.copy(larger, 0, 0, this.byteCount);
      this.bytes = larger;
    }
    const { bytes, byteCount } = this;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code >= 0x80) return bytes.write(text, byteCount, 'utf8');
      bytes[byteCount + at] = code;
    }
    return text.length;
  }

  private isWritten(id: number, byteLength: number): boolean {
    const start = this.starts[id] ?? 0;
    if ((this.starts[id + 1] ?? 0) - start !== byteLength) return false;
    const { bytes, byteCount } = this;
    for (let at = 0; at < byteLength; at++) if (bytes[start + at] !== bytes[byteCount + at]) return false;
    return true;
  }

  private growTable(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 0; id < this.count; id++) {
      let slot = (this.hashes[id] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.slots = slots;
    const hashes = new Int32Array(slots.length / MIN_SLOTS_PER_TEXT);
    hashes.set(this.hashes);
    this.hashes = hashes;
    const secondHashes = new Int32Array(hashes.length);
    secondHashes.set(this.secondHashes);
    this.secondHashes = secondHashes;
    const starts = new Uint32Array(slots.length / MIN_SLOTS_PER_TEXT + 1);
    starts.set(this.starts);
    this.starts = starts;
  }
}

/** FNV-1a, and the last mixing of MurmurHash3, since the low bits choose the slot. */
function hashOf(bytes: Buffer, start: number, length: number, prime: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < start + length; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), prime);
  return mixed(hash);
}

/** Spreads 32 bits over 32 bits, one to one (the finalizer of MurmurHash3, public domain). */
export function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
