import type { MatchRule } from './matching.types.ts';
import { type KeyColumn, NO_TEXT } from './row-values.ts';
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

/** Visits the unclaimed rows that share a text, where both sides have some, in the order of the left side's rows. */
export function visitGroups(
  run: Run,
  key: Pick<Key, 'left' | 'right'>,
  filter: RowFilter,
  visitor: GroupVisitor,
): void {
  const [leftTexts, rightTexts] = [run.ids.left[key.left], run.ids.right[key.right]];
  if (leftTexts.length === 0 || rightTexts.length === 0) return;
  const [leftRows, rightRows] = [run.claims.freeRows('left'), run.claims.freeRows('right')];
  if (leftRows.length === 0 || rightRows.length === 0) return;
  const { left, right } = run.chains;
  const isAny =
    left.link(leftTexts, leftRows, filter.left) > 0 && right.link(rightTexts, rightRows, filter.right) > 0;
  for (let at = 0; isAny && at < leftRows.length; at++) {
    const leftRow = leftRows[at] ?? 0;
    const text = leftTexts[leftRow] ?? NO_TEXT;
    if (text === NO_TEXT || left.firstOf(text) !== leftRow) continue;
    const rightRow = right.firstOf(text);
    if (rightRow === -1) continue;
    if (left.isLast(leftRow) && right.isLast(rightRow)) visitor.one(leftRow, rightRow);
    else visitor.many(left.rowsOf(text), right.rowsOf(text));
  }
  left.unlink(leftTexts, leftRows);
  right.unlink(rightTexts, rightRows);
}

/** The rows that a key may compare: that of an original stands for it only in refunds. */
export function filterOf({ left, right }: Run, { rule }: Key): RowFilter {
  if (rule !== 'refundToOriginal') return EVERY_ROW;
  return { left: (row) => isRefund(left, row), right: (row) => isRefund(right, row) };
}

const EVERY_ROW: RowFilter = { left: () => true, right: () => true };
