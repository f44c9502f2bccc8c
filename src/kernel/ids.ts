import { randomBytes } from 'node:crypto';

/**
 * Ids are made by the app, sort by the time they were made, and carry a shard hint.
 *
 * Shape: `pay_01jd3v9q2k` + `0a` + 14 random characters: a prefix naming the kind, then 26 characters of
 * Crockford base 32 in lower case: 10 of time (milliseconds), 2 of shard hint (10 bits), 14 of
 * randomness (70 bits). One shape for every table, column and URL.
 */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** How many values the shard hint can take: room to split, whatever is in use today. */
export const SHARD_HINTS = 1024;

/** Characters of the part that holds the time: 50 bits of milliseconds, enough for any year of four digits. */
const TIME_CHARS = 10;
const MAX_TIME_MS = 32 ** TIME_CHARS - 1;
const RANDOM_CHARS = 14;

/**
 * Makes an id of a kind (`prefix`, two to four letters) at a time (whole milliseconds), for a shard (0 to 1023).
 * Throws RangeError on a time or hint out of range.
 */
export function newId(prefix: string, nowMs: number, shardHint: number): string {
  if (!isWhole(nowMs, MAX_TIME_MS)) throw new RangeError('nowMs must be whole milliseconds since 1970');
  if (!isWhole(shardHint, SHARD_HINTS - 1)) throw new RangeError('shardHint must be 0 to 1023');
  return `${prefix}_${base32(nowMs, TIME_CHARS)}${base32(shardHint, 2)}${randomChars()}`;
}

/** The shard hint in an id. */
export function shardHintOf(id: string): number {
  const start = id.indexOf('_') + 1 + TIME_CHARS;
  return ALPHABET.indexOf(id[start] ?? '') * 32 + ALPHABET.indexOf(id[start + 1] ?? '');
}

/** Milliseconds since the epoch at which an id was made. */
export function timeOfId(id: string): number {
  const start = id.indexOf('_') + 1;
  let ms = 0;
  for (const char of id.slice(start, start + TIME_CHARS)) ms = ms * 32 + ALPHABET.indexOf(char);
  return ms;
}

/** A shard hint drawn at random, for things that belong to nobody yet (a new resident). */
export function randomShardHint(): number {
  return randomBytes(2).readUInt16BE(0) % SHARD_HINTS;
}

/** Whether a text has the shape of an id of this kind; anything else never reaches the database. */
export function isId(prefix: string, text: string): boolean {
  return text.startsWith(`${prefix}_`) && /^[0-9a-hjkmnp-tv-z]{26}$/.test(text.slice(prefix.length + 1));
}

function isWhole(value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= max;
}

function base32(value: number, length: number): string {
  let rest = value;
  let text = '';
  for (let i = 0; i < length; i++) {
    text = ALPHABET[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** Sorts before every id of a kind that is made at this time or later, and after all that were made before. */
export function beginningOfIds(prefix: string, atMs: number): string {
  if (!isWhole(atMs, MAX_TIME_MS)) throw new RangeError('atMs must be whole milliseconds since 1970');
  return `${prefix}_${base32(atMs, TIME_CHARS)}`;
}

/** Random bytes are drawn many at a time: one call to the generator an id is the dearest part of an id. */
let pool = Buffer.alloc(0);
let poolAt = 0;

function randomChars(): string {
  if (poolAt + RANDOM_CHARS > pool.length) {
    pool = randomBytes(RANDOM_CHARS * 256);
    poolAt = 0;
  }
  let text = '';
  for (let i = 0; i < RANDOM_CHARS; i++) text += ALPHABET[(pool[poolAt + i] ?? 0) & 31];
  poolAt += RANDOM_CHARS;
  return text;
}
