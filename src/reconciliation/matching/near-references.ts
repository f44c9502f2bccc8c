import { likeness, plainReference } from './likeness.ts';
import type { Proposal } from './matching.types.ts';
import type { RowTable } from './row-table.ts';
import type { KeyColumn } from './row-values.ts';
import { daysApart, type Run } from './run.ts';

/** More pairs of one amount than this are not compared: a common amount says little, and a person could not look through them. */
const MAX_PAIRS_OF_AMOUNT = 10_000;
/** The only payment of this amount on either side. */
const SAME_AMOUNT_PERCENT = 60;
const REFERENCES: readonly KeyColumn[] = ['ref', 'channelRef'];

interface Bucket {
  left: number[];
  right: number[];
}

/**
 * Pass 6: rows of the same amount whose references are nearly the same. They match when the likeness is high enough and neither
 * has another candidate; everything else is proposed to a person, and so are two rows that have nothing but the amount in common.
 */
export function matchNearReferences(run: Run): Proposal[] {
  const pairs = bucketsOf(run).flatMap((bucket) => pairsOf(run, bucket));
  const leftCounts = countBy(pairs.map(({ left }) => left));
  const rightCounts = countBy(pairs.map(({ right }) => right));
  const { acceptFrom, proposeFrom } = run.rules.nearReference;
  const proposals: Proposal[] = [];
  for (const pair of pairs) {
    const isUnique = leftCounts.get(pair.left) === 1 && rightCounts.get(pair.right) === 1;
    if (isUnique && pair.reason === 'nearReference' && pair.score >= acceptFrom) {
      run.claims.group('nearReference', [pair.left], [pair.right], { likeness: pair.score });
    } else if (pair.reason === 'sameAmount' || pair.score >= proposeFrom) {
      proposals.push(pair);
    }
  }
  return proposals;
}

/** Unclaimed rows that have moved money, by currency and amount, where both sides have some. */
function bucketsOf({ left, right, claims }: Run): Bucket[] {
  const buckets = new Map<string, Bucket>();
  const put = (side: 'left' | 'right', table: RowTable, row: number) => {
    if (table.status[row] !== 0) return;
    const name = `${table.amountMinor[row]} ${table.currency[row]}`;
    let bucket = buckets.get(name);
    if (!bucket) {
      // What is only on the right has no counterpart anyway.
      if (side === 'right') return;
      bucket = { left: [], right: [] };
      buckets.set(name, bucket);
    }
    bucket[side].push(row);
  };
  for (const row of claims.freeRows('left')) put('left', left, row);
  if (buckets.size === 0) return [];
  for (const row of claims.freeRows('right')) put('right', right, row);
  return [...buckets.values()].filter(
    (bucket) => bucket.right.length > 0 && bucket.left.length * bucket.right.length <= MAX_PAIRS_OF_AMOUNT,
  );
}

function pairsOf(run: Run, bucket: Bucket): Proposal[] {
  const { proposeFrom, acceptFrom, minLength } = run.rules.nearReference;
  const lowest = Math.min(proposeFrom, acceptFrom);
  const lefts = bucket.left.map((row) => ({ row, texts: plainTexts(run.left, row) }));
  const rights = bucket.right.map((row) => ({ row, texts: plainTexts(run.right, row) }));
  const isOnly = lefts.length === 1 && rights.length === 1;
  return lefts.flatMap((left) =>
    rights.flatMap((right): Proposal[] => {
      if (shareKey(run, left.row, right.row) || daysApart(run, left.row, right.row) > run.rules.dateCut.days)
        return [];
      let score = 0;
      for (const a of left.texts)
        for (const b of right.texts) score = Math.max(score, likeness(a, b, minLength));
      if (score >= lowest) return [{ left: left.row, right: right.row, reason: 'nearReference', score }];
      if (!isOnly) return [];
      return [{ left: left.row, right: right.row, reason: 'sameAmount', score: SAME_AMOUNT_PERCENT }];
    }),
  );
}

function plainTexts(table: RowTable, row: number): string[] {
  return REFERENCES.flatMap((column) => plainReference(table.textAt(column, row) ?? '') || []);
}

/** The same reference, and no match all the same: something else contradicts it. */
function shareKey({ ids: { left, right } }: Run, leftRow: number, rightRow: number): boolean {
  return REFERENCES.some((a) =>
    REFERENCES.some((b) => (left[a][leftRow] ?? -1) >= 0 && left[a][leftRow] === right[b][rightRow]),
  );
}

function countBy(rows: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
  return counts;
}
