import type { BusinessDate } from '../../kernel/business-date.ts';
import type { StatementSide } from '../intake/intake.types.ts';
import type { BreakClass, MatchRule, Scores, SideSum } from '../matching/matching.types.ts';

/** What is matched: two statements of one batch. `theirsId` is null while their file is late. */
export interface RunInput {
  oursId: string;
  theirsId: string | null;
}

/** The rows of one statement, by currency: `all` is `matched` and `broken` together. */
export interface StatementProof {
  all: readonly SideSum[];
  matched: readonly SideSum[];
  broken: readonly SideSum[];
}

/** What a run counted, from its matches and breaks themselves. `theirs` has no rows while their file is late. */
export type RunProof = Readonly<Record<StatementSide, StatementProof>>;

/** What became of a break of the run before. */
export const DIFFERENCE_KINDS = ['newlyMatched', 'newlyBroken', 'changed', 'vanished'] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/** What a run says otherwise than the run before it. */
export interface RunDifference {
  counts: Readonly<Record<DifferenceKind, number>>;
  /** The first thousand, by kind. */
  items: readonly {
    kind: DifferenceKind;
    breakId: string;
    class: BreakClass;
    ref: string | null;
    differenceMinor: number | null;
  }[];
}

/** One matching of two statements. */
export interface RunSummary extends RunInput {
  runId: string;
  sourceId: string;
  businessDate: BusinessDate;
  /** Counts the runs of a batch, from 1. */
  runNo: number;
  previousRunId: string | null;
  matchCount: number;
  breakCount: number;
  proof: RunProof;
  /** SHA-256, hex: the same rows under the same rules give the same. */
  digest: string;
  createdAtMs: number;
}

/** How far a run is. `done` and `total` count rows, and the steps of `match`; 0 of 0 where that can't be said. */
export interface RunProgress {
  phase: 'load' | 'match' | 'write' | 'publish';
  done: number;
  total: number;
}

/** Where a row stands: `rowNo` counts the rows of its statement from 0. */
export interface RowPlace {
  statementId: string;
  rowNo: number;
}

/** A row with all that is kept of it. */
export interface ShownRow extends RowPlace {
  side: StatementSide;
  fileName: string;
  revision: number;
  /** In their file; of our sheet, the number of the row. */
  line: number;
  /** As it came, and its SHA-256. Personal data. */
  raw: string;
  sha256: string;
  ref: string | null;
  channelRef: string | null;
  originalRef: string | null;
  /** Positive: collected. Negative: given back. Null: the row can't be read. */
  amountMinor: number | null;
  feeMinor: number;
  currency: string;
  bookedOn: BusinessDate | null;
  status: 'final' | 'pending' | 'failed';
}

/** What became of a row, and why. `superseded`: another revision holds now, and no run has this row any more. */
export type WhyAnswer = {
  sourceId: string;
  businessDate: BusinessDate;
  runId: string | null;
  rows: readonly ShownRow[];
} & (
  | { kind: 'match'; rule: MatchRule; scores: Scores }
  | { kind: 'break'; breakId: string; class: BreakClass; rule: string; state: string; scores: Scores }
  | { kind: 'superseded' }
);

/** What one side says of a payment on one of its dates. */
export interface PaymentWord {
  sourceId: string;
  role: 'channel' | 'agency';
  businessDate: BusinessDate;
  answers: readonly WhyAnswer[];
}

/** A payment or refund of an agency in a batch that has been matched. */
export interface ReconciledItem {
  /** The reference it was made under; unique among all items. */
  itemId: string;
  kind: 'payment' | 'refund';
  paymentId: string;
  businessDate: BusinessDate;
  /** Positive: collected. Negative: given back. */
  amountMinor: number;
  feeMinor: number;
  /** `unreconciled`: an open break holds it, at the agency or at the channel. */
  state: 'reconciled' | 'unreconciled';
}
