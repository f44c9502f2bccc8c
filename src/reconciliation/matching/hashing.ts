/** So that the two lanes of a hash never say the same. */
const LANE = 0x9e3779b9;
const FIRST = { seed: 0x811c9dc5, prime: 0x85ebca6b };
const SECOND = { seed: 0x2545f491, prime: 0xc2b2ae35 };

/** Spreads 32 bits over 32 bits, one to one (the finalizer of MurmurHash3, public domain). */
export function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/**
 * 64 bits in two lanes of a text as `TextWords` lays it, from its length and all its words: they depend on the text alone. Every step is
 * one to one, multiplied so that low bits reach high ones, and shifted so that high bits reach low ones.
 */
export function hashText(words: Int32Array, from: number, lanes: Int32Array, at: number): void {
  const byteLength = words[from] ?? 0;
  const end = from + 1 + ((byteLength + 3) >>> 2);
  let a = FIRST.seed ^ byteLength;
  let b = SECOND.seed ^ byteLength;
  for (let word = from + 1; word < end; word++) {
    const value = words[word] ?? 0;
    a = Math.imul(a ^ value, FIRST.prime);
    a ^= a >>> 15;
    b = Math.imul(b ^ value, SECOND.prime);
    b ^= b >>> 17;
  }
  lanes[at] = mixed(a);
  lanes[at + 1] = mixed(b);
}

/** The first or second lane of a row's hash (0 or 1), before its texts. */
export function hashNumbers(
  amountMinor: number,
  feeMinor: number,
  day: number,
  flags: number,
  lane: number,
): number {
  let hash = mixed((amountMinor | 0) ^ (lane * LANE));
  hash = mixed(hash + Math.floor(amountMinor / 2 ** 32));
  hash = mixed(hash + Math.imul(day, LANE) + flags);
  if (feeMinor !== 0) hash = mixed(mixed(hash + (feeMinor | 0)) + Math.floor(feeMinor / 2 ** 32));
  return hash;
}

/** A row's lane with the same lane of a text; the place says which of its texts it is. */
export function withText(hash: number, textHash: number, place: number): number {
  return mixed(hash + place + textHash);
}
