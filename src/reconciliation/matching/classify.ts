import { visitBatches } from './batches.ts';
import { classifyOneSided } from './classify-one-sided.ts';
import { differenceMinorOf } from './difference.ts';
import { ALL_KEYS, filterOf, type Key, visitGroups } from './keys.ts';
import type { Break, BreakClass, BreakRule, Scores } from './matching.types.ts';
import type { RowTable } from './row-table.ts';
import { daysApart, isRefund, type Run, type RunBase, sumMinorOf } from './run.ts';
import { feeVerdict } from './tolerance.ts';

/** Before the passes: what can't be compared at all. */
export function setAside(run: RunBase): void {
  for (const side of ['left', 'right'] as const) {
    const table = run[side];
    const other = run.sides[side === 'left' ? 'right' : 'left'];
    const waiting: number[] = [];
    for (let row = 0; row < table.count; row++) {
      if (table.isUnreadable[row])
        run.claims.broken(breakOf(run, 'unparseable', 'unreadable', oneSide(side, [row])));
      else if (other.isLate) waiting.push(row);
    }
    if (waiting.length > 0)
      run.claims.broken(breakOf(run, 'lateFile', 'fileNotThere', oneSide(side, waiting)));
  }
}

/** After the passes: says of every row that is left what is wrong. Rows that share a key are one break, the others stand alone. */
export function classify(run: Run): void {
  for (const key of ALL_KEYS) {
    const rule: BreakRule = key.rule === 'exactReference' ? 'reference' : key.rule;
    visitGroups(run, key, filterOf(run, key), {
      one: (left, right) => classifyGroup(run, rule, key, [left], [right]),
      many: (lefts, rights) => classifyGroup(run, rule, key, lefts, rights),
    });
  }
  visitBatches(run, (left, right) => {
    const found = feeVerdict(run, left, right).kind === 'offByFee' ? 'fee' : 'splitIncomplete';
    run.claims.broken(breakOf(run, found, 'settlementBatch', { left, right }));
  });
  classifyOneSided(run);
}

/** Payments and refunds under one key are two matters: what one side lacks entirely is left for `classifyOneSided`. */
function classifyGroup(
  run: Run,
  rule: BreakRule,
  key: Key,
  lefts: readonly number[],
  rights: readonly number[],
): void {
  for (const ofRefunds of [false, true]) {
    const left = lefts.filter((row) => isRefund(run.left, row) === ofRefunds);
    const right = rights.filter((row) => isRefund(run.right, row) === ofRefunds);
    if (left.length === 0 || right.length === 0) continue;
    // A text is no number: rows that differ in more than the count are not said to be the same payment.
    if (key.rule === 'sameText' && !isOneAmount(run, left, right)) continue;
    const [found, scores] = classOf(run, left, right);
    run.claims.broken(breakOf(run, found, rule, { left, right, scores }));
  }
}

function classOf(run: Run, lefts: readonly number[], rights: readonly number[]): [BreakClass, Scores] {
  const { left, right, rules } = run;
  const valuesOf = (column: (table: RowTable) => ArrayLike<number>) =>
    new Set([...lefts.map((row) => column(left)[row]), ...rights.map((row) => column(right)[row])]);
  if (valuesOf((table) => table.currency).size > 1) return ['currency', {}];
  if (valuesOf((table) => table.status).size > 1) return ['status', {}];
  const verdict = feeVerdict(run, lefts, rights);
  const isPair = lefts.length === 1 && rights.length === 1;
  const days = isPair ? daysApart(run, lefts[0] ?? 0, rights[0] ?? 0) : 0;
  if (isOneAmount(run, lefts, rights)) {
    if (lefts.length !== rights.length) return ['duplicate', { left: lefts.length, right: rights.length }];
    if (isPair && days <= rules.dateCut.days && verdict.kind !== 'notAFee')
      return ['fee', feeScores(verdict)];
    return ['dateCut', isPair ? { daysApart: days } : { rows: lefts.length + rights.length }];
  }
  if (!isPair) return ['splitIncomplete', { left: lefts.length, right: rights.length }];
  if (verdict.kind === 'offByFee') return ['fee', feeScores(verdict)];
  const leftMinor = Math.abs(sumMinorOf(left.amountMinor, lefts));
  const rightMinor = Math.abs(sumMinorOf(right.amountMinor, rights));
  return [rightMinor > leftMinor ? 'amountOver' : 'amountUnder', { daysApart: days }];
}

function feeScores(verdict: { expectedMinor: number }): Scores {
  return { expectedFeeMinor: verdict.expectedMinor };
}

function isOneAmount({ left, right }: Run, lefts: readonly number[], rights: readonly number[]): boolean {
  const first = left.amountMinor[lefts[0] ?? 0];
  return (
    lefts.every((row) => left.amountMinor[row] === first) &&
    rights.every((row) => right.amountMinor[row] === first)
  );
}

interface BreakRows {
  left: readonly number[];
  right: readonly number[];
  scores?: Scores;
}

function oneSide(side: 'left' | 'right', rows: readonly number[]): BreakRows {
  return side === 'left' ? { left: rows, right: [] } : { left: [], right: rows };
}

function breakOf(
  run: RunBase,
  found: BreakClass,
  rule: BreakRule,
  { left, right, scores = {} }: BreakRows,
): Break {
  return {
    class: found,
    rule,
    left,
    right,
    relatedLeft: [],
    relatedRight: [],
    differenceMinor: differenceMinorOf(run, left, right),
    scores,
  };
}
