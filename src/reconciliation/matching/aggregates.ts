import { visitBatches } from './batches.ts';
import { ALL_KEYS, filterOf, visitGroups } from './keys.ts';
import { daysApart, isOneFinalCurrency, netMinorOf, type Run } from './run.ts';
import { matchSubsetSums } from './subset-sums.ts';

/**
 * Pass 4: Σ gross − Σ fee − Σ refund on one side is one movement on the other. First under one reference, then by
 * settlement batch, and last by looking for the payments of which a settlement is the sum.
 */
export function matchAggregates(run: Run): void {
  for (const key of ALL_KEYS.filter(({ rule }) => rule === 'exactReference' || rule === 'channelReference')) {
    visitGroups(run, key, filterOf(run, key), {
      one(left, right) {
        if (!isSameNet(run, [left], [right])) return;
        const days = daysApart(run, left, right);
        if (days <= run.rules.dateCut.days)
          run.claims.group('netOfFee', [left], [right], scoresOf(run, [left], [right]));
      },
      many(lefts, rights) {
        const isOneMovement = lefts.length === 1 || rights.length === 1;
        if (!isOneMovement || !isSameNet(run, lefts, rights)) return;
        run.claims.group('splitPayment', lefts, rights, scoresOf(run, lefts, rights));
      },
    });
  }
  visitBatches(run, (lefts, rights) => {
    if (isSameNet(run, lefts, rights)) {
      run.claims.group('settlementBatch', lefts, rights, scoresOf(run, lefts, rights));
    }
  });
  matchSubsetSums(run);
}

function isSameNet(run: Run, lefts: readonly number[], rights: readonly number[]): boolean {
  return (
    isOneFinalCurrency(run, lefts, rights) && netMinorOf(run.left, lefts) === netMinorOf(run.right, rights)
  );
}

function scoresOf({ left, right }: Run, lefts: readonly number[], rights: readonly number[]) {
  const feeMinor = (column: Float64Array, rows: readonly number[]) =>
    rows.reduce((sum, row) => sum + (column[row] ?? 0), 0);
  return {
    rows: lefts.length + rights.length,
    feesMinor: feeMinor(left.feeMinor, lefts) + feeMinor(right.feeMinor, rights),
  };
}
