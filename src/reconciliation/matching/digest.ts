import { createHash } from 'node:crypto';
import type { Claims } from './claims.ts';
import { mixed } from './hashing.ts';
import { BREAK_CLASSES, MATCH_RULES, type MatchRule, type Proposal } from './matching.types.ts';
import type { RowTable } from './row-table.ts';

/** Another number for another way to compute it: digests of different versions say nothing of each other. */
const VERSION = 2;
/** Rules, classes and percents, each in a range of its own. */
const TAGS = { match: 0x10, break: 0x40, proposal: 0x80 };
const MATCH_TAG = Object.fromEntries(MATCH_RULES.map((rule, place) => [rule, TAGS.match + place])) as Record<
  MatchRule,
  number
>;
/** Added to a tag for each row on the left. */
const ONE_LEFT = 0x100;

/**
 * SHA-256, in hex, over what was found: each match with its rule, each break with its class, each proposal with its score, with the
 * content of their rows. Neither the order of the rows nor their lines are in it: each finding becomes a fingerprint of 64 bits, and
 * the sum of these is hashed, with how many there are. Two results that differ by chance have different digests; whoever wants to
 * forge one that is the same could, so evidence is kept by the hashes of the rows themselves.
 */
export function digestOf(
  left: RowTable,
  right: RowTable,
  claims: Claims,
  proposals: readonly Proposal[],
  before: PairPrints,
): string {
  const prints = new Fingerprints(left.lanes, right.lanes, before.sums);
  claims.visit(
    (rule, leftRow, rightRow) => prints.addPair(MATCH_TAG[rule], leftRow, rightRow),
    (match) => prints.add(MATCH_TAG[match.rule], match.left, match.right),
  );
  for (const found of claims.breaks) {
    prints.add(TAGS.break + BREAK_CLASSES.indexOf(found.class), found.left, found.right);
  }
  for (const proposal of proposals)
    prints.addPair(TAGS.proposal + proposal.score, proposal.left, proposal.right);
  const counts = [before.count + claims.matchCount, claims.breaks.length, proposals.length];
  return createHash('sha256')
    .update(`matching ${VERSION} ${counts.join(' ')} ${prints.sums.join(' ')}`)
    .digest('hex');
}

/** Matches that were found before, one row with one by reference: how many, and the sums of their fingerprints. */
export interface PairPrints {
  count: number;
  sums: readonly [number, number];
}

export const NO_PAIRS: PairPrints = { count: 0, sums: [0, 0] };

/** What one lane of a match of one row with one adds to the sum of that lane, modulo 2³². */
export function printOfPair(rule: MatchRule, leftLane: number, rightLane: number, lane: 0 | 1): number {
  return printOf(MATCH_TAG[rule] + ONE_LEFT, leftLane, rightLane, lane);
}

/** Of matches of one row with one. `partners`: by row of the left side its partner + 1, or 0; `prints`, likewise: its `printOfPair`. */
export function printsOfPairs(partners: Int32Array, prints: Int32Array): PairPrints {
  let [count, first, second] = [0, 0, 0];
  for (let row = 0; row < partners.length; row++) {
    if (partners[row] === 0) continue;
    first = (first + (prints[row * 2] ?? 0)) | 0;
    second = (second + (prints[row * 2 + 1] ?? 0)) | 0;
    count++;
  }
  return { count, sums: [first, second] };
}

function printOf(head: number, leftSum: number, rightSum: number, lane: 0 | 1): number {
  return mixed(mixed(head + leftSum) + rightSum + lane);
}

class Fingerprints {
  /** Modulo 2³², one for each lane. */
  readonly sums: [number, number];
  private readonly left: Int32Array;
  private readonly right: Int32Array;

  constructor(left: Int32Array, right: Int32Array, [first, second]: PairPrints['sums'] = [0, 0]) {
    this.left = left;
    this.right = right;
    this.sums = [first, second];
  }

  add(tag: number, lefts: readonly number[], rights: readonly number[]): void {
    const { left, right } = this;
    const head = tag + lefts.length * ONE_LEFT;
    this.put(head, sumOf(left, lefts, 0), sumOf(right, rights, 0), 0);
    this.put(head, sumOf(left, lefts, 1), sumOf(right, rights, 1), 1);
  }

  /** The same as `add` for one row with one, without lists. */
  addPair(tag: number, leftRow: number, rightRow: number): void {
    const { left, right } = this;
    const head = tag + ONE_LEFT;
    this.put(head, left[leftRow * 2] ?? 0, right[rightRow * 2] ?? 0, 0);
    this.put(head, left[leftRow * 2 + 1] ?? 0, right[rightRow * 2 + 1] ?? 0, 1);
  }

  private put(head: number, leftSum: number, rightSum: number, lane: 0 | 1): void {
    this.sums[lane] = (this.sums[lane] + printOf(head, leftSum, rightSum, lane)) | 0;
  }
}

/** The order of rows within a finding says nothing. */
function sumOf(lanes: Int32Array, rows: readonly number[], lane: number): number {
  let sum = 0;
  for (const row of rows) sum = (sum + (lanes[row * 2 + lane] ?? 0)) | 0;
  return sum;
}
