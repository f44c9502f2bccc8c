import type { LineProblem } from './lines.rules.ts';
import type { AccountPatterns, BillFileSetup, BookTerms } from './setup.ts';

/** The books of one agency: how its files are read, and which revisions of its bills hold. */
export interface BillBook extends BookTerms {
  setup: BillFileSetup;
  patterns: AccountPatterns;
  /** Bills of revisions from base to live hold; of one bill, the latest. */
  baseRevision: number;
  liveRevision: number;
  /** Up to here, rows that a later revision took the place of are gone. */
  tidiedRevision: number;
}

export type RevisionStatus = 'loading' | 'live' | 'refused';

/** What a file changed. */
export interface ImportSummary {
  /** Lines below the heading that were looked at. */
  lineCount: number;
  /** Bills that the file states, each once. */
  billCount: number;
  badLineCount: number;
  /** Lines that a later line of the same file took the place of. */
  repeatedCount: number;
  /** What the file says is owed, all bills together. */
  amountMinor: number;
  addedCount: number;
  changedCount: number;
  unchangedCount: number;
  /** Stated as 0: paid. */
  statedPaidCount: number;
  /** Open until now and not in a full file: owed no more. */
  withdrawnCount: number;
  /** Stated as owed although paid here: they stay paid. */
  keptPaidCount: number;
}

/** One file, taken in or refused. */
export interface BillRevision {
  revisionId: string;
  agencyId: string;
  /** Counts up, an agency at a time. */
  revision: number;
  status: RevisionStatus;
  mode: BillFileSetup['mode'];
  fileName: string;
  fileSha256: string;
  /** Who sent it; null for a folder. */
  importedBy: string | null;
  beganAtMs: number;
  endedAtMs: number | null;
  summary: ImportSummary;
  /** The first of them; `summary.badLineCount` counts all bad lines. */
  problems: readonly LineProblem[];
}
