import type { MatchRule } from './matching.types.ts';
import { type KeyColumn, NO_TEXT, type RowTable } from './row-table.ts';
import { isRefund, type Run } from './run.ts';

/** Two columns in which the same text means the same payment. */
export interface Key {
  left: KeyColumn;
  right: KeyColumn;
  /** What a match by it is called. */
  rule: Extract<MatchRule, 'exactReference' | 'channelReference' | 'refundToOriginal' | 'sameText'>;
}

export const EXACT: Key = { left: 'ref', right: 'ref', rule: 'exactReference' };

/** In the order in which they are tried. */
export const ALTERNATE_KEYS: readonly Key[] = [
  { left: 'channelRef', right: 'channelRef', rule: 'channelReference' },
  { left: 'channelRef', right: 'ref', rule: 'channelReference' },
  { left: 'ref', right: 'channelRef', rule: 'channelReference' },
  { left: 'originalRef', right: 'originalRef', rule: 'refundToOriginal' },
  { left: 'originalRef', right: 'ref', rule: 'refundToOriginal' },
  { left: 'ref', right: 'originalRef', rule: 'refundToOriginal' },
  { left: 'text', right: 'text', rule: 'sameText' },
];

export const ALL_KEYS: readonly Key[] = [EXACT, ...ALTERNATE_KEYS];

/** Rows by what they have in a column: the first of each text, and behind each row the next one. */
export class Chains {
  readonly first: Int32Array;
  private readonly next: Int32Array;

  private constructor(first: Int32Array, next: Int32Array) {
    this.first = first;
    this.next = next;
  }

  /** Of the rows that are chosen; null when none of them has anything in the column. */
  static of(table: RowTable, column: KeyColumn, isChosen: (row: number) => boolean): Chains | null {
    let first: Int32Array | null = null;
    let next: Int32Array | null = null;
    const texts = table[column];
    for (let row = table.count - 1; row >= 0; row--) {
      const text = texts[row] ?? NO_TEXT;
      if (text === NO_TEXT || !isChosen(row)) continue;
      first ??= new Int32Array(table.pool.size).fill(-1);
      next ??= new Int32Array(table.count);
      next[row] = first[text] ?? -1;
      first[text] = row;
    }
    return first && next ? new Chains(first, next) : null;
  }

  isLast(row: number): boolean {
    return this.next[row] === -1;
  }

  rowsOf(text: number): number[] {
    const rows: number[] = [];
    if (text === NO_TEXT) return rows;
    for (let row = this.first[text] ?? -1; row !== -1; row = this.next[row] ?? -1) rows.push(row);
    return rows;
  }
}

/** What is done with the rows that have the same text. */
export interface GroupVisitor {
  one(left: number, right: number): void;
  many(lefts: number[], rights: number[]): void;
}

/** Which unclaimed rows of either side come into question. */
export interface RowFilter {
  left(row: number): boolean;
  right(row: number): boolean;
}

/** Visits the unclaimed rows that share a text, text by text, where both sides have some. */
export function visitGroups(
  run: Run,
  key: Pick<Key, 'left' | 'right'>,
  filter: RowFilter,
  visitor: GroupVisitor,
): void {
  const { claims } = run;
  const lefts = Chains.of(run.left, key.left, (row) => claims.isLeftFree(row) && filter.left(row));
  if (!lefts) return;
  const rights = Chains.of(run.right, key.right, (row) => claims.isRightFree(row) && filter.right(row));
  if (!rights) return;
  for (let text = 0; text < lefts.first.length; text++) {
    const leftRow = lefts.first[text] ?? -1;
    if (leftRow === -1) continue;
    const rightRow = rights.first[text] ?? -1;
    if (rightRow === -1) continue;
    if (lefts.isLast(leftRow) && rights.isLast(rightRow)) visitor.one(leftRow, rightRow);
    else visitor.many(lefts.rowsOf(text), rights.rowsOf(text));
  }
}

/** The rows that a key may compare: that of an original stands for it only in refunds. */
export function filterOf({ left, right }: Run, { rule }: Key): RowFilter {
  if (rule !== 'refundToOriginal') return EVERY_ROW;
  return { left: (row) => isRefund(left, row), right: (row) => isRefund(right, row) };
}

const EVERY_ROW: RowFilter = { left: () => true, right: () => true };
