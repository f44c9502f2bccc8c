import { visitBatches } from './batches.ts';
import { type FeeVerdict, judgeFee } from './fees.ts';
import { ALL_KEYS, filterOf, visitGroups } from './keys.ts';
import { daysApart, isOneFinalCurrency, type Run, sumMinorOf } from './run.ts';

/** Pass 5: amounts that differ by a fee, within what the rules declare of it. */
export function matchWithinTolerance(run: Run): void {
  const accept = (lefts: number[], rights: number[]) => {
    const verdict = feeVerdict(run, lefts, rights);
    if (verdict.kind !== 'withinTolerance') return;
    run.claims.group('tolerance', lefts, rights, {
      differenceMinor: sumMinorOf(run.right.amountMinor, rights) - sumMinorOf(run.left.amountMinor, lefts),
      expectedFeeMinor: verdict.expectedMinor,
    });
  };
  for (const key of ALL_KEYS) {
    visitGroups(run, key, filterOf(run, key), {
      one(left, right) {
        if (daysApart(run, left, right) <= run.rules.dateCut.days) accept([left], [right]);
      },
      many() {},
    });
  }
  visitBatches(run, accept);
}

/** What the difference of two sides is, seen as a fee: the side with more is the one before it. */
export function feeVerdict(run: Run, lefts: readonly number[], rights: readonly number[]): FeeVerdict {
  const { left, right, rules } = run;
  if (!isOneFinalCurrency(run, lefts, rights)) return { kind: 'notAFee' };
  const leftMinor = sumMinorOf(left.amountMinor, lefts);
  const rightMinor = sumMinorOf(right.amountMinor, rights);
  if (leftMinor < 0 !== rightMinor < 0) return { kind: 'notAFee' };
  const leftFeeMinor = sumMinorOf(left.feeMinor, lefts);
  const rightFeeMinor = sumMinorOf(right.feeMinor, rights);
  const currency = left.pool.textOf(left.currency[lefts[0] ?? 0] ?? 0);
  if (leftMinor === rightMinor) {
    // The same amount, and two opinions on what is kept back of it.
    return judgeFee(rules.fees, {
      grossMinor: leftMinor,
      netMinor: leftMinor - rightFeeMinor * Math.sign(leftMinor),
      statedFeeMinor: leftFeeMinor,
      currency,
    });
  }
  const isLeftGross = Math.abs(leftMinor) > Math.abs(rightMinor);
  return judgeFee(rules.fees, {
    grossMinor: isLeftGross ? leftMinor : rightMinor,
    netMinor: isLeftGross ? rightMinor : leftMinor,
    statedFeeMinor: Math.max(leftFeeMinor, rightFeeMinor),
    currency,
  });
}
