import type { ResolutionAccount } from '../../ledger/index.ts';
import type { BreakClass, Scores } from '../matching/matching.types.ts';
import type { Severity } from './severity.rules.ts';

export const BREAK_STATES = ['open', 'proposed', 'closed'] as const;
/** `proposed`: a resolution waits for a second person. */
export type BreakState = (typeof BREAK_STATES)[number];

/** What an open break waits for. */
export const WAITS_FOR = ['nextFile', 'channel', 'agency', 'checker', 'person'] as const;
export type WaitsFor = (typeof WAITS_FOR)[number];

/** A difference that reconciliation found, and where it stands. */
export interface StoredBreak {
  breakId: string;
  sourceId: string;
  businessDate: string;
  /** The run that found it first, and the last one that still did. */
  runId: string;
  lastRunId: string;
  class: BreakClass;
  /** What was compared. */
  rule: string;
  fingerprint: string;
  currency: string;
  /** What is at stake, never negative. */
  amountMinor: number;
  /** Theirs less ours; null where currencies differ or a row can't be read. */
  differenceMinor: number | null;
  scores: Scores;
  state: BreakState;
  how: 'matched' | 'resolved' | 'superseded' | null;
  version: number;
  severity: Severity;
  /** A person's id. */
  owner: string | null;
  waitsFor: WaitsFor | null;
  openedAtMs: number;
  dueAtMs: number;
  closedAtMs: number | null;
}

/** A row of a break. */
export interface BreakRow {
  breakId: string;
  statementId: string;
  rowNo: number;
  side: 'ours' | 'theirs';
  line: number;
  ref: string | null;
  paymentId: string | null;
  /** Positive: collected. Null: it can't be read. */
  amountMinor: number | null;
  currency: string | null;
  status: 'final' | 'pending' | 'failed';
  bookedOn: string | null;
  /** False once it belongs to another break, to a match, or to nothing any more. */
  isActive: boolean;
}

/** How people close breaks. */
export const MANUAL_KINDS = ['match', 'adjust', 'writeOff', 'refund', 'resend'] as const;
export type ManualKind = (typeof MANUAL_KINDS)[number];
/** Beside them, what is done without a person: a fee within tolerance; our books, once they say the same. */
export type ResolutionKind = ManualKind | 'feeDifference' | 'booksAgree';

export const RESOLUTION_STATES = ['proposed', 'applied', 'rejected', 'withdrawn'] as const;
export type ResolutionState = (typeof RESOLUTION_STATES)[number];

/** How breaks are to be closed, who asked for it and who approved. */
export interface Resolution {
  resolutionId: string;
  sourceId: string;
  kind: ResolutionKind;
  account: ResolutionAccount | null;
  currency: string;
  breakCount: number;
  /** What is booked, or instructed, in total; never negative. */
  amountMinor: number;
  breaksSha256: string;
  state: ResolutionState;
  needsChecker: boolean;
  /** A person's id, or `system`. */
  maker: string;
  checker: string | null;
  reason: string | null;
  /** Why it was rejected or withdrawn. */
  answer: string | null;
  runId: string | null;
  madeAtMs: number;
  decidedAtMs: number | null;
}

/** What a resolution does to one of its breaks. */
export interface ResolutionItem {
  itemId: string;
  resolutionId: string;
  breakId: string;
  businessDate: string;
  /** Theirs less ours. */
  suspenseMinor: number;
  bookedMinor: number;
  agencyId: string | null;
  paymentId: string | null;
  /** It is asked for, or holds. */
  isActive: boolean;
}

/** Bytes that a person attached to a break. */
export interface AttachedEvidence {
  evidenceId: string;
  breakId: string;
  fileName: string;
  mediaType: string;
  sizeBytes: number;
  sha256: string;
  attachedBy: string;
  attachedAtMs: number;
}

/** What the automatic resolving has done. */
export interface ResolveSummary {
  /** Open breaks that were looked at. */
  looked: number;
  resolved: number;
  /** Wait for a second person. */
  proposed: number;
  waiting: number;
  handedOver: number;
}
