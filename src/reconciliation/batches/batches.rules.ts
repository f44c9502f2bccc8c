import { DomainError } from '../../kernel/errors.ts';
import {
  BATCH_PHASES,
  type Batch,
  type BatchChange,
  type BatchPhase,
  type BatchProblem,
  type BatchState,
} from './batches.types.ts';

/** What carrying out one phase of a batch came to. */
export type StepOutcome =
  /** Carried out: on to the next phase, or done after the last. */
  | { kind: 'next'; oursId?: string; theirsId?: string | null }
  /** The same phase, or the one named, again at a time: their file is not there yet. */
  | { kind: 'later'; atMs: number; phase?: BatchPhase; problem: BatchProblem | null; theirsId?: string }
  /** A person has to decide. */
  | { kind: 'stop'; problem: BatchProblem }
  /** Nothing has come of it: the batch is as it was before. */
  | { kind: 'nothing'; state: BatchState };

/** What becomes of a batch after a phase. */
export function changeAfter(batch: Batch, outcome: StepOutcome, nowMs: number): BatchChange {
  switch (outcome.kind) {
    case 'next': {
      const { oursId, theirsId } = outcome;
      const next = BATCH_PHASES[BATCH_PHASES.indexOf(batch.phase) + 1];
      return {
        phase: next ?? batch.phase,
        state: next ? 'waiting' : 'done',
        dueAtMs: nowMs,
        attempts: 0,
        problem: null,
        ...(oursId === undefined ? {} : { oursId }),
        ...(theirsId === undefined ? {} : { theirsId }),
      };
    }
    case 'later': {
      const { atMs, phase = batch.phase, problem, theirsId } = outcome;
      return {
        phase,
        state: 'waiting',
        dueAtMs: atMs,
        attempts: batch.attempts + 1,
        problem,
        ...(theirsId === undefined ? {} : { theirsId }),
      };
    }
    case 'stop': {
      const { phase, dueAtMs } = batch;
      return { phase, state: 'stopped', dueAtMs, attempts: 0, problem: outcome.problem };
    }
    case 'nothing': {
      const { phase, dueAtMs, attempts, problem } = batch;
      return { phase, state: outcome.state, dueAtMs, attempts, problem };
    }
  }
}

const TRIES = 6;
const FIRST_WAIT_MS = 1_000;
const STEP_FAILED = 'batch_step_failed';

/** What becomes of a batch when a phase threw: tried again after growing waits, and left to a person in the end. */
export function changeAfterFailure(batch: Batch, error: unknown, nowMs: number): BatchChange {
  const attempts = batch.problem?.code === STEP_FAILED ? batch.attempts + 1 : 1;
  const isGivenUp = attempts >= TRIES;
  return {
    phase: batch.phase,
    state: isGivenUp ? 'failed' : 'waiting',
    dueAtMs: nowMs + FIRST_WAIT_MS * 2 ** (attempts - 1),
    attempts,
    // The code of a refusal, or no more than what kind of error it was: messages may hold anything.
    problem: {
      code: STEP_FAILED,
      params: {
        error: error instanceof DomainError ? error.code : error instanceof Error ? error.name : 'unknown',
      },
    },
  };
}

/**
 * What a batch becomes when what it was matched with has changed: it goes back to the gates. Null where it passes them anyway, or
 * where a person has the word.
 */
export function changeToMatchAgain({ phase, state }: Batch, nowMs: number): BatchChange | null {
  const isMatched = BATCH_PHASES.indexOf(phase) > BATCH_PHASES.indexOf('match');
  if (state !== 'done' && !(state === 'waiting' && isMatched)) return null;
  return { phase: 'gate', state: 'waiting', dueAtMs: nowMs, attempts: 0, problem: null };
}

/** What people may do to a batch. */
export const BATCH_COMMANDS = ['run', 'pause', 'resume', 'cancel', 'retry'] as const;
export type BatchCommand = (typeof BATCH_COMMANDS)[number];

/** In which states each command makes sense. */
const ALLOWED: Readonly<Record<BatchCommand, readonly BatchState[]>> = {
  // All of it again, from asking for their file; where nothing has changed it comes to the same.
  run: ['waiting', 'paused', 'stopped', 'failed', 'done', 'cancelled'],
  pause: ['waiting', 'running'],
  resume: ['paused'],
  cancel: ['waiting', 'running', 'paused', 'stopped', 'failed'],
  // The phase that failed or stopped, or waits for its next try.
  retry: ['waiting', 'stopped', 'failed'],
};

/** Which commands a batch would take now. */
export function commandsFor(state: BatchState): BatchCommand[] {
  return BATCH_COMMANDS.filter((command) => ALLOWED[command].includes(state));
}

/** What a command makes of a batch. Throws DomainError `batch_state_wrong` where it makes no sense. */
export function changeByCommand(batch: Batch, command: BatchCommand, nowMs: number): BatchChange {
  const { phase, state, dueAtMs, attempts, problem } = batch;
  if (!ALLOWED[command].includes(state)) {
    throw new DomainError('conflict', 'batch_state_wrong', { params: { state } });
  }
  switch (command) {
    case 'run':
      return { phase: 'fetch', state: 'waiting', dueAtMs: nowMs, attempts: 0, problem: null };
    case 'pause':
      return { phase, state: 'paused', dueAtMs, attempts, problem };
    case 'resume':
      return { phase, state: 'waiting', dueAtMs, attempts, problem };
    case 'cancel':
      return { phase, state: 'cancelled', dueAtMs, attempts, problem };
    case 'retry':
      return { phase, state: 'waiting', dueAtMs: nowMs, attempts: 0, problem: null };
  }
}

const FIRST_LOOK_AGAIN_MS = 60_000;
const LONGEST_LOOK_AGAIN_MS = 30 * 60_000;

/**
 * When to ask for a file again that is not there: when the other side says that it will be, but within half an hour at most,
 * for it may come early; after growing waits where nothing is said.
 */
export function lookAgainAtMs(attempts: number, availableAtMs: number | undefined, nowMs: number): number {
  const waitMs = Math.min(LONGEST_LOOK_AGAIN_MS, FIRST_LOOK_AGAIN_MS * 2 ** Math.min(attempts, 10));
  const latestMs = nowMs + LONGEST_LOOK_AGAIN_MS;
  return availableAtMs === undefined
    ? nowMs + waitMs
    : Math.max(nowMs + FIRST_LOOK_AGAIN_MS, Math.min(availableAtMs, latestMs));
}
