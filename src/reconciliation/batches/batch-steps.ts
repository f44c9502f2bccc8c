import type { Logger } from '../../contract/index.ts';
import { type Db, transact } from '../../infra/db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import { claimBatch, endClaim } from './batches.repo.ts';
import { changeAfter, changeAfterFailure, type StepOutcome } from './batches.rules.ts';
import type { Batch, BatchChange, BatchKey, BatchPhase, ClaimedBatch } from './batches.types.ts';
import { ClaimKeeper, LEASE_MS } from './claim-keeper.ts';
import type { Fence } from './fence.ts';

/** What a phase is given: the batch as it was claimed, the right to write for it, and how to tell how far it is. */
export interface Step {
  batch: Batch;
  fence: Fence;
  report(phase: string, done: number, total: number | null): void;
  /** Ends the work: somebody paused the batch, or this process stops. */
  signal: AbortSignal;
}

/** Carries out one phase. May be run twice, and may be killed at any moment: its result is there once. */
export type PhaseWork = (step: Step) => Promise<StepOutcome>;

/** Carries batches on, a phase at a time. Any number of processes may do so beside each other. */
export class BatchSteps {
  private readonly deps: { db: Db; clock: Clock; log: Logger };
  private readonly phases: Readonly<Record<BatchPhase, PhaseWork>>;
  private readonly atWork = new Set<ClaimKeeper>();
  private isStopping = false;

  constructor(deps: { db: Db; clock: Clock; log: Logger }, phases: Readonly<Record<BatchPhase, PhaseWork>>) {
    this.deps = deps;
    this.phases = phases;
  }

  /**
   * Carries out the phase that comes next, when it is the one named (null: whichever it is), it is due, and nobody else is at it. Gives
   * what the batch is changed to; null when there was nothing to do here. Throws what the phase threw, after writing
   * down when to try again.
   */
  async run(key: BatchKey, phase: BatchPhase | null = null): Promise<BatchChange | null> {
    if (this.isStopping) return null;
    const { db, clock } = this.deps;
    const nowMs = clock.nowMs();
    const claimed = await claimBatch(db, key, { phase, states: ['waiting'], leaseMs: LEASE_MS, nowMs });
    if (!claimed) return null;
    return this.holding(claimed, (step) => {
      step.signal.throwIfAborted();
      return this.phases[claimed.batch.phase](step);
    });
  }

  /** Does a phase's work for a batch that is claimed already, and ends the claim with what came of it. */
  async holding(claimed: ClaimedBatch, work: PhaseWork): Promise<BatchChange | null> {
    const { db, clock, log } = this.deps;
    const { batch, fence } = claimed;
    const keeper = new ClaimKeeper(this.deps, fence);
    const end = async (change: BatchChange) => {
      await keeper.stop();
      await transact(db, (tx) => endClaim(tx, fence, change, clock.nowMs()));
      return change;
    };
    this.atWork.add(keeper);
    // Told to stop while it was being claimed.
    if (this.isStopping) keeper.abort();
    keeper.report(batch.phase, 0, null);
    keeper.start();
    try {
      const report = keeper.report.bind(keeper);
      const outcome = await work({ batch, fence, report, signal: keeper.signal });
      return await end(changeAfter(batch, outcome, clock.nowMs()));
    } catch (error) {
      if (isTakenOver(error)) return null;
      try {
        if (keeper.signal.aborted) return await end(handedBack(batch, clock.nowMs()));
        await end(changeAfterFailure(batch, error, clock.nowMs()));
      } catch (ending) {
        if (isTakenOver(ending)) return null;
        throw ending;
      }
      log.error('a phase of a batch failed', { ...fence, phase: batch.phase, error });
      throw error;
    } finally {
      await keeper.stop();
      this.atWork.delete(keeper);
    }
  }

  /** Ends what is under way; others go on with it at once. */
  stop(): void {
    this.isStopping = true;
    for (const keeper of this.atWork) keeper.abort();
  }
}

function handedBack({ phase, attempts }: Batch, nowMs: number): BatchChange {
  return { phase, state: 'waiting', dueAtMs: nowMs, attempts, problem: null };
}

function isTakenOver(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'batch_taken_over';
}
