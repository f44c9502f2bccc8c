import type { RowTable } from './row-table.ts';

/** Whose book or file a side is. It decides only what one-sided breaks are called. */
export type SideRole = 'ledger' | 'channel' | 'agency';

export type RowStatus = 'final' | 'pending' | 'failed';

/** `settlement`: one movement for many payments. */
export type RowKind = 'payment' | 'refund' | 'settlement';

/** One row of a side, as it goes into a `RowTable`. */
export interface MatchRow {
  /** Where it stands in its file or list; only for showing. */
  line: number;
  /** The reference that both sides know. */
  ref: string | null;
  /** The channel's or agency's own number. */
  channelRef?: string | null;
  /** Of a refund or reversal: the reference of what it takes back. */
  originalRef?: string | null;
  /** The settlement batch. */
  batch?: string | null;
  /** What else is said of it, looked at only where there is neither `ref` nor `channelRef`. */
  text?: string | null;
  /** Positive: collected. Negative: given back. The same on all sides. Null: the row can't be read. */
  amountMinor: number | null;
  /** What was kept back of it; 0 when none, or not known. */
  feeMinor?: number;
  currency: string;
  /** `YYYY-MM-DD`, the clearing date. */
  bookedOn: string | null;
  status?: RowStatus;
  kind?: RowKind;
  /** So close to the cut-off that the other side may book it on the next day. */
  isNearCutOff?: boolean;
}

/** One of the sides that are matched. */
export interface Side {
  role: SideRole;
  table: RowTable;
  /** The file has not come: its absence says nothing of any row. */
  isLate?: boolean;
  /** The dates that the file covers; the first and last date of its rows where not said. */
  covers?: { from: string; to: string };
}

/** How a match was found, in the order of the passes. */
export const MATCH_RULES = [
  'exactReference',
  'channelReference',
  'refundToOriginal',
  'sameText',
  'dateCut',
  'netOfFee',
  'splitPayment',
  'settlementBatch',
  'subsetSum',
  'tolerance',
  'nearReference',
  'notMoved',
] as const;
export type MatchRule = (typeof MATCH_RULES)[number];

export const BREAK_CLASSES = [
  'bankOnly',
  'ledgerOnly',
  'agencyOnly',
  'agencyMissing',
  'status',
  'amountOver',
  'amountUnder',
  'fee',
  'duplicate',
  'refund',
  'currency',
  'dateCut',
  'splitIncomplete',
  'unparseable',
  'lateFile',
] as const;
export type BreakClass = (typeof BREAK_CLASSES)[number];

/** Numbers that led to a match or a break: days apart, minor units apart, likeness in percent, …. */
export type Scores = Readonly<Record<string, number>>;

/** Rows of both sides that belong together; numbers of rows in their tables, ascending. */
export interface Match {
  rule: MatchRule;
  left: readonly number[];
  right: readonly number[];
  scores: Scores;
}

/** Rows that nothing explains, or that contradict each other. */
export interface Break {
  class: BreakClass;
  /** What was compared: a key by which both sides were found, or why the row stands alone. */
  rule: BreakRule;
  left: readonly number[];
  right: readonly number[];
  /** Rows with the same key that are matched already. */
  relatedLeft: readonly number[];
  relatedRight: readonly number[];
  /** Right less left; null where currencies differ, or an amount can't be read. */
  differenceMinor: number | null;
  scores: Scores;
}

export type BreakRule =
  | 'reference'
  | 'channelReference'
  | 'refundToOriginal'
  | 'sameText'
  | 'settlementBatch'
  | 'subsetSum'
  | 'noCounterpart'
  | 'unreadable'
  | 'fileNotThere';

/** Two rows that may belong together; a person decides. */
export interface Proposal {
  left: number;
  right: number;
  reason: 'nearReference' | 'sameAmount';
  /** Likeness in percent. */
  score: number;
}

/** Rows and money of one side in one currency. */
export interface SideSum {
  currency: string;
  rows: number;
  amountMinor: number;
}

/** All rows of a side, and what became of them: `all` is `matched` and `broken` together. */
export interface SideProof {
  all: SideSum[];
  matched: SideSum[];
  broken: SideSum[];
}

/** What became of all rows of two sides. */
export interface MatchResult {
  matchCount: number;
  /** All matches, made as they are asked for: there may be millions. */
  matches(): Iterable<Match>;
  /** The same without an object for each: `onPair` for those of one row with one and no scores, `onGroup` for the others. */
  visit(
    onPair: (rule: MatchRule, left: number, right: number) => void,
    onGroup: (match: Match) => void,
  ): void;
  breaks: readonly Break[];
  proposals: readonly Proposal[];
  proof: { left: SideProof; right: SideProof };
  /** SHA-256, hex: the same rows in any order under the same rules give the same. */
  digest: string;
}
