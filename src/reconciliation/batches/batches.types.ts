import type { BusinessDate } from '../../kernel/business-date.ts';
import type { Fence } from './fence.ts';

/** What is done for one business date of one source, in this order. */
export const BATCH_PHASES = ['fetch', 'gate', 'match', 'resolve', 'report', 'settle'] as const;
export type BatchPhase = (typeof BATCH_PHASES)[number];

/**
 * `waiting`: for its time, or for a worker. `stopped`: a person has to decide. `failed`: it kept failing, and somebody has to
 * look. `paused`, `cancelled`: somebody said so. `done`: everything was done that there was to do; what comes later starts it anew.
 */
export const BATCH_STATES = [
  'waiting',
  'running',
  'paused',
  'stopped',
  'failed',
  'done',
  'cancelled',
] as const;
export type BatchState = (typeof BATCH_STATES)[number];

/** One business date of one source. */
export interface BatchKey {
  sourceId: string;
  businessDate: BusinessDate;
}

/** How far the work on a batch is. */
export interface BatchProgress {
  /** What is being done: a phase of the batch, or a part of its matching. */
  phase: string;
  done: number;
  /** Null where nobody knows how much there is. */
  total: number | null;
  rowsPerSecond: number | null;
  /** Until this part is done, at the speed so far. */
  etaMs: number | null;
  startedAtMs: number;
  atMs: number;
}

/** Why a batch waits, has stopped or has failed: a stable code, and what belongs to it. No personal data. */
export interface BatchProblem {
  code: string;
  params: Readonly<Record<string, string | number>>;
}

export interface Batch extends BatchKey {
  phase: BatchPhase;
  state: BatchState;
  /** Grows with every claim and every command: who holds a smaller one writes nothing any more. */
  fence: number;
  claimedUntilMs: number;
  /** Not before this is there anything to do. */
  dueAtMs: number;
  /** Failures in a row in this phase. */
  attempts: number;
  /** What our books said, what the other side said, and what became of it; null until there is one. */
  oursId: string | null;
  theirsId: string | null;
  runId: string | null;
  progress: BatchProgress | null;
  problem: BatchProblem | null;
  updatedAtMs: number;
}

/** A batch that one worker holds, and the right to write for it. */
export interface ClaimedBatch {
  batch: Batch;
  fence: Fence;
  /** What it was in when it was claimed. */
  stateBefore: BatchState;
}

/** What a step makes of its batch. */
export interface BatchChange {
  phase: BatchPhase;
  state: BatchState;
  dueAtMs: number;
  attempts: number;
  problem: BatchProblem | null;
  oursId?: string;
  theirsId?: string | null;
}

/** How the batches of a date stand. */
export interface DaySummary {
  businessDate: BusinessDate;
  /** Batches by state; a state that none has is left out. */
  states: Readonly<Partial<Record<BatchState, number>>>;
  openBreaks: number;
}
