import { matchAggregates } from './aggregates.ts';
import { matchAcrossDayCut, matchAlternateKeys, matchExactReferences } from './by-key.ts';
import { Chains } from './chains.ts';
import { Claims } from './claims.ts';
import { classify, setAside } from './classify.ts';
import { digestOf, NO_PAIRS, type PairPrints } from './digest.ts';
import { keyIdsOf } from './key-ids.ts';
import type { MatchResult, Side } from './matching.types.ts';
import { matchNearReferences } from './near-references.ts';
import { assertCountable, prove } from './proof.ts';
import type { MatchingRules } from './rules.ts';
import { ClearingCalendar, type Run, type RunBase } from './run.ts';
import { matchWithinTolerance } from './tolerance.ts';
import { matchUniqueReferences } from './unique-references.ts';

/** The passes, what is said of the rest, the proof. */
const STEPS = 9;

/**
 * Matches two sides whose tables share a pool of texts. The passes run in the order of docs/reconciliation.md; each takes only what
 * those before it left, and a row is taken once. Every row ends in a match or a break, which is counted again at the end. `onStep` is
 * told before each step how many are done, of how many. `before`: what was matched without tables; it is in the count and the digest.
 * Throws RangeError for amounts that can't be added up exactly, for tables of different pools, and for a late side that has rows.
 */
export function matchSides(
  left: Side,
  right: Side,
  rules: MatchingRules,
  onStep: (done: number, total: number) => void = () => {},
  before: PairPrints = NO_PAIRS,
): MatchResult {
  if (left.table.pool !== right.table.pool)
    throw new RangeError('sides that are matched share a pool of texts');
  for (const { table, isLate } of [left, right]) {
    if (isLate && table.count > 0) throw new RangeError('a file that has not come has no rows');
    assertCountable(table);
  }
  const claims = new Claims(left.table.count, right.table.count);
  const base: RunBase = {
    left: left.table,
    right: right.table,
    sides: { left, right },
    rules,
    claims,
    calendar: new ClearingCalendar(rules.dateCut.closedOn),
    settlementScores: { left: new Map(), right: new Map() },
  };
  onStep(0, STEPS);
  setAside(base);
  matchUniqueReferences(base);
  onStep(1, STEPS);
  const run = withNumbers(base);
  const passes = [
    matchExactReferences,
    matchAlternateKeys,
    matchAcrossDayCut,
    matchAggregates,
    matchWithinTolerance,
  ];
  for (const [place, pass] of passes.entries()) {
    pass(run);
    onStep(place + 2, STEPS);
  }
  const proposals = matchNearReferences(run);
  onStep(7, STEPS);
  classify(run);
  onStep(8, STEPS);
  return {
    matchCount: before.count + claims.matchCount,
    matches: () => claims.matches(),
    visit: (onPair, onGroup) => claims.visit(onPair, onGroup),
    breaks: claims.breaks,
    proposals,
    proof: prove(run.left, run.right, claims),
    digest: digestOf(run.left, run.right, claims, proposals, before),
  };
}

/** References are numbered only now, when few rows are left that need it. */
function withNumbers(base: RunBase): Run {
  const { left, right, claims } = base;
  const ids = {
    left: keyIdsOf(left, claims.freeRows('left')),
    right: keyIdsOf(right, claims.freeRows('right')),
  };
  const { size } = left.pool;
  return {
    ...base,
    ids,
    chains: { left: new Chains(size, left.count), right: new Chains(size, right.count) },
  };
}
