import { recordAudit } from '../../accounts/index.ts';
import type { Actor } from '../../agencies/index.ts';
import { type Db, transact } from '../../infra/db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { IntakeResult, Statement } from '../intake/intake.types.ts';
import { listOfBatch } from '../intake/statements.repo.ts';
import type { BatchSteps } from './batch-steps.ts';
import { changeBatch, claimBatch, dayVersions, findBatch, listBatches } from './batches.repo.ts';
import { type BatchCommand, changeByCommand, type StepOutcome } from './batches.rules.ts';
import type { Batch, BatchChange, BatchKey, DaySummary } from './batches.types.ts';
import { LEASE_MS } from './claim-keeper.ts';
import { listDays } from './days.repo.ts';
import type { Fence } from './fence.ts';
import { ALL_SOURCES, findReport } from './reports.repo.ts';
import type { BatchReport, DayReport, StoredReport } from './reports.types.ts';

/** A file that a person hands in for a batch. */
interface HandedFile {
  path: string;
  fileName: string;
  receivedBy: string;
}

export interface BatchesDeps {
  db: Db;
  clock: Clock;
  steps: Pick<BatchSteps, 'holding'>;
  intake: { take(fence: Fence, file: HandedFile): Promise<IntakeResult> };
  /** Puts batches on the queue, after the commit; what is missed is put there by the watchdog. */
  send(batches: readonly Batch[]): void;
}

/** What people see of batches, and do to them. */
export class Batches {
  private readonly deps: BatchesDeps;

  constructor(deps: BatchesDeps) {
    this.deps = deps;
  }

  /** Business dates, newest first. */
  days(page: { before: string | null; limit: number }): Promise<DaySummary[]> {
    return listDays(this.deps.db, page);
  }

  /** A number for each date that grows with every change of its batches. */
  dayVersions(businessDates: readonly string[]): Promise<Map<string, number>> {
    return dayVersions(this.deps.db, businessDates);
  }

  list(businessDate: string): Promise<Batch[]> {
    return listBatches(this.deps.db, businessDate);
  }

  /** Throws DomainError `batch_not_found`. */
  async get(key: BatchKey): Promise<Batch> {
    const batch = await findBatch(this.deps.db, key);
    if (!batch) throw notFound();
    return batch;
  }

  report(key: BatchKey): Promise<StoredReport<BatchReport> | null> {
    return findReport<BatchReport>(this.deps.db, key);
  }

  dayReport(businessDate: string): Promise<StoredReport<DayReport> | null> {
    return findReport<DayReport>(this.deps.db, { sourceId: ALL_SOURCES, businessDate });
  }

  /** Throws DomainError `batch_not_found` or `batch_state_wrong`. */
  async command(key: BatchKey, command: BatchCommand, actor: Actor): Promise<Batch> {
    const { clock } = this.deps;
    return this.change(
      key,
      (batch) => changeByCommand(batch, command, clock.nowMs()),
      `batch.${command}`,
      actor,
    );
  }

  /** Runs every batch of a date that is not being run. Throws DomainError `batch_not_found` for a date that is not planned. */
  async runDay(businessDate: string, actor: Actor): Promise<Batch[]> {
    const batches = await this.list(businessDate);
    if (batches.length === 0) throw notFound();
    const changed: Batch[] = [];
    for (const batch of batches) {
      if (batch.state !== 'running') changed.push(await this.command(batch, 'run', actor));
    }
    return changed;
  }

  /** Takes a file in for a batch that nobody is at work on; the batch then goes on with it. Throws DomainError `batch_busy`. */
  async take(key: BatchKey, file: HandedFile): Promise<IntakeResult> {
    const { db, clock, steps, intake, send } = this.deps;
    await this.get(key);
    const claimed = await claimBatch(db, key, {
      phase: null,
      states: ['waiting', 'paused', 'stopped', 'failed', 'done', 'cancelled'],
      mayBeEarly: true,
      leaseMs: LEASE_MS,
      nowMs: clock.nowMs(),
    });
    if (!claimed) throw new DomainError('conflict', 'batch_busy');
    const taken: { result?: IntakeResult; error?: unknown } = {};
    await steps.holding(claimed, async ({ fence }) => {
      try {
        taken.result = await intake.take(fence, file);
        return afterTaking(taken.result, claimed.stateBefore, clock.nowMs());
      } catch (error) {
        taken.error = error;
        return { kind: 'nothing', state: claimed.stateBefore };
      }
    });
    if (!taken.result) throw taken.error ?? new DomainError('conflict', 'batch_busy');
    send([await this.get(key)]);
    return taken.result;
  }

  /**
   * Goes on with the batch of a file that a person has let in. Where they refused it, with the one accepted before, or with
   * looking for another.
   */
  async decided({ sourceId, businessDate }: Pick<Statement, 'sourceId' | 'businessDate'>): Promise<void> {
    const { db, clock } = this.deps;
    const key = { sourceId, businessDate };
    const accepted = (await listOfBatch(db, key)).filter(
      ({ side, status }) => side === 'theirs' && status === 'accepted',
    );
    const theirsId = accepted.at(-1)?.statementId ?? null;
    await this.change(key, () => ({
      phase: theirsId === null ? 'fetch' : 'gate',
      state: 'waiting',
      dueAtMs: clock.nowMs(),
      attempts: 0,
      problem: null,
      theirsId,
    }));
  }

  private async change(
    key: BatchKey,
    decide: (batch: Batch) => BatchChange | null,
    action?: string,
    actor?: Actor,
  ): Promise<Batch> {
    const { db, clock, send } = this.deps;
    const nowMs = clock.nowMs();
    const batch = await transact(db, async (tx) => {
      const changed = await changeBatch(tx, key, decide, nowMs);
      if (!changed) throw notFound();
      if (action && actor) {
        await recordAudit(tx, {
          atMs: nowMs,
          actor: { kind: actor.kind, id: actor.id },
          action,
          object: { kind: 'batch', id: key.sourceId },
          outcome: 'ok',
          detail: { businessDate: key.businessDate },
          traceId: actor.traceId,
          addressIndex: actor.addressIndex,
        });
      }
      return changed;
    });
    if (batch.state === 'waiting') send([batch]);
    return batch;
  }
}

function afterTaking(result: IntakeResult, stateBefore: Batch['state'], nowMs: number): StepOutcome {
  // A file that is there already, or that somebody refused before, changes nothing.
  if (result.kind === 'notReady' || result.kind === 'unavailable' || result.kind === 'seenBefore') {
    return { kind: 'nothing', state: stateBefore };
  }
  const theirsId = result.statement.statementId;
  return { kind: 'later', atMs: nowMs, phase: 'gate', problem: null, theirsId };
}

const notFound = () => new DomainError('notFound', 'batch_not_found');
