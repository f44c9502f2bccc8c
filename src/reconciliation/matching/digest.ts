import { createHash } from 'node:crypto';
import type { Claims } from './claims.ts';
import { BREAK_CLASSES, MATCH_RULES, type MatchRule, type Proposal } from './matching.types.ts';
import { NO_TEXT, type RowTable } from './row-table.ts';
import { mixed, type TextPool } from './text-pool.ts';

/** Rules, classes and percents, each in a range of its own. */
const TAGS = { match: 0x10, break: 0x40, proposal: 0x80 };
/** So that the two lanes of a fingerprint, and the texts of a row, never say the same. */
const LANE = 0x9e3779b9;

/**
 * SHA-256, in hex, over what was found: each match with its rule, each break with its class, each proposal with its score, with the
 * content of their rows. Neither the order of the rows nor their lines are in it: each finding becomes a fingerprint of 64 bits, and
 * these are hashed in ascending order. Two results that differ by chance have different digests; whoever wants to forge one that is
 * the same could, so evidence is kept by the hashes of the rows themselves.
 */
export function digestOf(
  left: RowTable,
  right: RowTable,
  claims: Claims,
  proposals: readonly Proposal[],
): string {
  const prints = new Fingerprints(left, right, claims.matchCount + claims.breaks.length + proposals.length);
  const tagOf = new Map<MatchRule, number>(MATCH_RULES.map((rule, place) => [rule, TAGS.match + place]));
  claims.visit(
    (rule, leftRow, rightRow) => prints.addPair(tagOf.get(rule) ?? 0, leftRow, rightRow),
    (match) => prints.add(tagOf.get(match.rule) ?? 0, match.left, match.right),
  );
  for (const found of claims.breaks) {
    prints.add(TAGS.break + BREAK_CLASSES.indexOf(found.class), found.left, found.right);
  }
  for (const proposal of proposals)
    prints.addPair(TAGS.proposal + proposal.score, proposal.left, proposal.right);
  return createHash('sha256').update(prints.sortedBytes()).digest('hex');
}

class Fingerprints {
  private readonly left: RowTable;
  private readonly right: RowTable;
  private readonly bytes: DataView;
  private count = 0;

  constructor(left: RowTable, right: RowTable, count: number) {
    this.left = left;
    this.right = right;
    this.bytes = new DataView(new ArrayBuffer(count * 8));
  }

  add(tag: number, lefts: readonly number[], rights: readonly number[]): void {
    this.put(tag + lefts.length * 0x100, sumOf(this.left, lefts, 0), sumOf(this.right, rights, 0), 0);
    this.put(tag + lefts.length * 0x100, sumOf(this.left, lefts, LANE), sumOf(this.right, rights, LANE), 4);
    this.count++;
  }

  /** The same as `add` for one row with one, without lists. */
  addPair(tag: number, leftRow: number, rightRow: number): void {
    const { left, right } = this;
    this.put(tag + 0x100, rowHash(left, leftRow, 0), rowHash(right, rightRow, 0), 0);
    this.put(tag + 0x100, rowHash(left, leftRow, LANE), rowHash(right, rightRow, LANE), 4);
    this.count++;
  }

  /** Little-endian on every machine. */
  sortedBytes(): Uint8Array {
    const values = new BigUint64Array(this.count);
    for (let at = 0; at < this.count; at++) values[at] = this.bytes.getBigUint64(at * 8, true);
    values.sort();
    for (let at = 0; at < this.count; at++) this.bytes.setBigUint64(at * 8, values[at] ?? 0n, true);
    return new Uint8Array(this.bytes.buffer);
  }

  private put(head: number, leftSum: number, rightSum: number, offset: number): void {
    const hash = mixed(mixed(head + leftSum) + rightSum + offset);
    this.bytes.setInt32(this.count * 8 + offset, hash, true);
  }
}

/** The order of rows within a finding says nothing. */
function sumOf(table: RowTable, rows: readonly number[], lane: number): number {
  let sum = 0;
  for (const row of rows) sum = (sum + rowHash(table, row, lane)) | 0;
  return sum;
}

/** 32 bits of all that a row says. */
function rowHash(table: RowTable, row: number, lane: number): number {
  const { pool } = table;
  const amountMinor = table.amountMinor[row] ?? 0;
  const feeMinor = table.feeMinor[row] ?? 0;
  const flags =
    (table.status[row] ?? 0) |
    ((table.kind[row] ?? 0) << 2) |
    ((table.isUnreadable[row] ?? 0) << 4) |
    ((table.isNearCutOff[row] ?? 0) << 5);
  let hash = mixed((amountMinor | 0) ^ lane);
  hash = mixed(hash + Math.floor(amountMinor / 2 ** 32));
  hash = mixed(hash + Math.imul(table.day[row] ?? 0, LANE) + flags);
  if (feeMinor !== 0) hash = mixed(mixed(hash + (feeMinor | 0)) + Math.floor(feeMinor / 2 ** 32));
  hash = withText(hash, pool, table.currency[row] ?? NO_TEXT, 1, lane);
  hash = withText(hash, pool, table.ref[row] ?? NO_TEXT, 2, lane);
  hash = withText(hash, pool, table.channelRef[row] ?? NO_TEXT, 3, lane);
  hash = withText(hash, pool, table.originalRef[row] ?? NO_TEXT, 4, lane);
  hash = withText(hash, pool, table.batch[row] ?? NO_TEXT, 5, lane);
  return withText(hash, pool, table.text[row] ?? NO_TEXT, 6, lane);
}

function withText(hash: number, pool: TextPool, id: number, place: number, lane: number): number {
  if (id === NO_TEXT) return hash;
  return mixed(hash + place + (lane === 0 ? pool.hashOf(id) : pool.secondHashOf(id)));
}
