import type { BreakClass, SideSum } from '../matching/matching.types.ts';
import type { RunProof } from '../runs/runs.types.ts';
import type { BatchKey, BatchPhase, BatchProblem, BatchState } from './batches.types.ts';

/** Breaks of one class that stand alike. */
export interface BreakSum {
  class: BreakClass;
  state: string;
  currency: string;
  count: number;
  /** What is at stake. */
  amountMinor: number;
  /** Theirs less ours, as far as that can be said. */
  differenceMinor: number;
}

/** What a statement says of itself, as evidence. */
interface ReportedStatement {
  statementId: string;
  revision: number;
  fileName: string;
  fileSha256: string;
  rowsSha256: string;
  rowCount: number;
}

/** What reconciling one business date of one source came to. */
export interface BatchReport extends BatchKey {
  runId: string;
  runNo: number;
  /** Of the run: the same rows under the same rules give the same. */
  digest: string;
  ours: ReportedStatement;
  /** Null while their file is late. */
  theirs: ReportedStatement | null;
  matchCount: number;
  breakCount: number;
  proof: RunProof;
  breaks: readonly BreakSum[];
}

/** One source in the report of a date. */
export interface DayReportLine {
  sourceId: string;
  role: 'channel' | 'agency';
  phase: BatchPhase;
  state: BatchState;
  problem: BatchProblem | null;
  /** Null where it has not been matched. */
  report: BatchReport | null;
}

/** What our books, the channels and the agencies say of a date, in one currency. Positive is collected. */
export interface ThreeWayLine {
  currency: string;
  channels: { ours: SideSum; theirs: SideSum };
  agencies: { ours: SideSum; theirs: SideSum };
}

/** A business date over all sources. */
export interface DayReport {
  businessDate: string;
  /** Every batch is done. */
  isComplete: boolean;
  threeWay: readonly ThreeWayLine[];
  lines: readonly DayReportLine[];
  openBreaks: number;
}

export interface StoredReport<Content> {
  revision: number;
  /** SHA-256 of the content, hex. */
  digest: string;
  content: Content;
  createdAtMs: number;
}
