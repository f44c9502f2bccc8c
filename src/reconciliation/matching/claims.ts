import { type Break, MATCH_RULES, type Match, type MatchRule, type Scores } from './matching.types.ts';

const FREE = 0;
const MATCHED = 1;
const BROKEN = 2;

const NO_SCORES: Scores = {};

/** Which rows are claimed, and by what. A row is claimed once; asking for it again is a fault of ours and throws. */
export class Claims {
  readonly breaks: Break[] = [];
  private readonly left: Uint8Array;
  private readonly right: Uint8Array;
  /** Matches of one row with one, without scores, are most: four bytes and one instead of an object. */
  private readonly partner: Int32Array;
  private readonly pairRule: Uint8Array;
  private readonly groups: Match[] = [];
  private pairCount = 0;
  private readonly free: { left: Int32Array; right: Int32Array };

  constructor(leftCount: number, rightCount: number) {
    this.left = new Uint8Array(leftCount);
    this.right = new Uint8Array(rightCount);
    this.partner = new Int32Array(leftCount).fill(-1);
    this.pairRule = new Uint8Array(leftCount);
    this.free = { left: rowsUpTo(leftCount), right: rowsUpTo(rightCount) };
  }

  get matchCount(): number {
    return this.pairCount + this.groups.length;
  }

  /** The unclaimed rows of a side, ascending; good until it is asked for again. */
  freeRows(side: 'left' | 'right'): Int32Array {
    const [rows, states] = [this.free[side], this[side]];
    let count = 0;
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] ?? 0;
      if (states[row] === FREE) rows[count++] = row;
    }
    if (count < rows.length) this.free[side] = rows.subarray(0, count);
    return this.free[side];
  }

  /** By row: 1 where it is matched, else 0. */
  matchedRows(side: 'left' | 'right'): Uint8Array {
    const states = this[side];
    const matched = new Uint8Array(states.length);
    for (let row = 0; row < states.length; row++) if (states[row] === MATCHED) matched[row] = 1;
    return matched;
  }

  pair(rule: MatchRule, left: number, right: number): void {
    claim(this.left, left, MATCHED);
    claim(this.right, right, MATCHED);
    this.partner[left] = right;
    this.pairRule[left] = MATCH_RULES.indexOf(rule);
    this.pairCount++;
  }

  group(rule: MatchRule, left: readonly number[], right: readonly number[], scores = NO_SCORES): void {
    if (left.length === 1 && right.length === 1 && scores === NO_SCORES) {
      this.pair(rule, left[0] ?? 0, right[0] ?? 0);
      return;
    }
    for (const row of left) claim(this.left, row, MATCHED);
    for (const row of right) claim(this.right, row, MATCHED);
    this.groups.push({ rule, left: ascending(left), right: ascending(right), scores });
  }

  broken(found: Break): void {
    for (const row of found.left) claim(this.left, row, BROKEN);
    for (const row of found.right) claim(this.right, row, BROKEN);
    this.breaks.push({ ...found, left: ascending(found.left), right: ascending(found.right) });
  }

  /** All matches, those of one with one first. */
  *matches(): Generator<Match> {
    for (let left = 0; left < this.partner.length; left++) {
      const right = this.partner[left] ?? -1;
      if (right < 0) continue;
      yield { rule: this.ruleOfPair(left), left: [left], right: [right], scores: NO_SCORES };
    }
    yield* this.groups;
  }

  /** The same without an object for each: `onPair` for those of one with one, `onGroup` for the others. */
  visit(
    onPair: (rule: MatchRule, left: number, right: number) => void,
    onGroup: (match: Match) => void,
  ): void {
    for (let left = 0; left < this.partner.length; left++) {
      const right = this.partner[left] ?? -1;
      if (right >= 0) onPair(this.ruleOfPair(left), left, right);
    }
    for (const match of this.groups) onGroup(match);
  }

  private ruleOfPair(left: number): MatchRule {
    return MATCH_RULES[this.pairRule[left] ?? 0] ?? 'exactReference';
  }
}

function rowsUpTo(count: number): Int32Array {
  const rows = new Int32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

function claim(side: Uint8Array, row: number, as: number): void {
  if (side[row] !== FREE) throw new Error(`row ${row} is claimed already`);
  side[row] = as;
}

function ascending(rows: readonly number[]): readonly number[] {
  return [...rows].sort((a, b) => a - b);
}
