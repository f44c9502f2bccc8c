import type { StatementSide } from '../intake/intake.types.ts';
import type { PairPrints } from '../matching/digest.ts';
import type {
  BreakClass,
  BreakRule,
  MatchRow,
  MatchRule,
  Scores,
  SideSum,
} from '../matching/matching.types.ts';
import type { MatchingRules } from '../matching/rules.ts';
import type { RowPlace, RunProof } from './runs.types.ts';
import type { SideTotals } from './side-totals.ts';

/** What a matching is given before its rows; can be copied to a thread. */
export interface WorkSetup {
  sourceId: string;
  role: 'channel' | 'agency';
  /** Rows in another currency are matched, but not booked. */
  currency: string;
  businessDate: string;
  rules: MatchingRules;
  oursId: string;
  oursRowCount: number;
  /** Null: their file is late. */
  theirsId: string | null;
  theirsRowCount: number;
  /** Breaks of this batch that a later date's run has matched: their rows are left where they are. */
  held: readonly HeldRow[];
  /** Breaks of the run before, to be told what became of them. */
  former: readonly FormerBreak[];
}

/** What was matched before by reference alone, one row with one. */
export interface Paired {
  prints: PairPrints;
  /** By row of ours: the row of theirs + 1, or 0. */
  partners: Int32Array;
  /** Of the rows of either side. */
  sums: readonly SideSum[];
  /** Of all rows of the statements, as they were read. */
  all: Readonly<Record<StatementSide, SideTotals>>;
}

export interface HeldRow extends RowPlace {
  breakId: string;
  /** The date whose run has it. */
  heldBy: string;
  fingerprint: string;
  side: StatementSide;
  ref: string | null;
}

export interface FormerBreak {
  breakId: string;
  fingerprint: string;
  rows: readonly (RowPlace & { side: StatementSide; ref: string | null })[];
}

/** A row of an earlier date's open break, which may have its counterpart now. */
export interface CarriedRow extends RowPlace {
  breakId: string;
  side: StatementSide;
}

/** Where a row of a match or break stands; `breakId`: it was carried from that break. */
export type FoundPlace = RowPlace & { breakId?: string };

export interface FoundRow extends FoundPlace {
  side: StatementSide;
  row: Required<MatchRow>;
}

export interface FoundBreak {
  class: BreakClass;
  rule: BreakRule;
  fingerprint: string;
  currency: string;
  /** What is at stake: the larger side in that currency. */
  amountMinor: number;
  /** Theirs less ours; null where that can't be said. */
  differenceMinor: number | null;
  /** Theirs less ours of final rows in the source's currency: what the break holds in suspense. */
  suspenseMinor: number;
  scores: Scores;
  /** Empty where the other file is late. */
  rows: readonly FoundRow[];
  isLate: boolean;
  /** A later date's run holds its row; the break stays as it is. */
  heldBreakId: string | null;
}

/** A match that is more than one row of each statement by a key alone. */
export interface FoundGroup {
  matchNo: number;
  rule: MatchRule;
  scores: Scores;
  ours: readonly FoundPlace[];
  theirs: readonly FoundPlace[];
}

/** Money of a run in the source's currency, final rows only. */
export interface WorkTotals {
  oursMinor: number;
  theirsMinor: number;
  /** What their rows say was kept back. */
  statedFeesMinor: number;
  /** Theirs less ours over all matches; with whose payments, where they differ. */
  feeDifferenceMinor: number;
  differing: readonly { references: readonly string[]; differenceMinor: number }[];
  /** Theirs less ours over the breaks that were found, less what carried breaks held that are taken. */
  suspenseMinor: number;
}

/** What became of the rows of a break of the run before that is not found again. */
export type FormerEnd = 'matched' | 'broken' | 'vanished';

/** What came of a matching; can be copied from a thread. */
export interface WorkResult {
  /** One a piece of each statement. */
  sheets: Readonly<Record<StatementSide, readonly Uint8Array[]>>;
  brokenRows: Readonly<Record<StatementSide, number>>;
  groups: readonly FoundGroup[];
  breaks: readonly FoundBreak[];
  /** Carried breaks whose row was matched, or is now in another break. */
  taken: readonly {
    breakId: string;
    by: 'match' | 'break';
    suspenseMinor: number;
    references: readonly string[];
  }[];
  ends: readonly { breakId: string; end: FormerEnd }[];
  /** Held rows that the statement does not have any more. */
  lostHeld: readonly string[];
  totals: WorkTotals;
  matchCount: number;
  proof: RunProof;
  digest: string;
}
