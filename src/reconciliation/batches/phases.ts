import { type Db, transact } from '../../infra/db/index.ts';
import { dateEndMs } from '../../kernel/business-date.ts';
import type { Clock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { IntakeResult, Statement, StatementSource } from '../intake/intake.types.ts';
import { findStatement } from '../intake/statements.repo.ts';
import type { RunInput, RunProgress, RunSummary } from '../runs/runs.types.ts';
import type { PhaseWork, Step } from './batch-steps.ts';
import { changeBatch, isEarlierAtWork, LATER_DATE_FIRST } from './batches.repo.ts';
import { changeToMatchAgain, lookAgainAtMs, type StepOutcome } from './batches.rules.ts';
import type { BatchKey, BatchPhase, BatchProblem } from './batches.types.ts';
import type { Fence } from './fence.ts';
import { setBooksRead } from './late-books.repo.ts';
import type { Reports } from './reports.ts';

/** Those who do the work of the phases. */
export interface BatchWork {
  sources: { get(sourceId: string): Promise<StatementSource> };
  intake: {
    fetch(fence: Fence): Promise<IntakeResult>;
    makeSheet(fence: Fence): Promise<Statement>;
  };
  runs: {
    match(
      fence: Fence,
      input: RunInput,
      onProgress: (progress: RunProgress) => void,
      signal: AbortSignal,
    ): Promise<RunSummary>;
  };
  /** Resolves by itself what may be resolved so. */
  resolve(fence: Fence, runId: string): Promise<unknown>;
  reports: Reports;
  /** Settles what is due. Throws nothing for what has to wait. */
  settle(key: BatchKey): Promise<unknown>;
}

interface PhaseDeps extends BatchWork {
  db: Db;
  clock: Clock;
}

const MINUTE_MS = 60_000;
/** Until an earlier or later date of the same source has been matched. */
const OTHER_DATE_MS = 2_000;

/** What is done in each phase of a batch. */
export function createPhases(deps: PhaseDeps): Readonly<Record<BatchPhase, PhaseWork>> {
  return {
    fetch: (step) => fetchStatement(deps, step),
    gate: (step) => holdAtGate(deps, step),
    match: (step) => match(deps, step),
    resolve: async ({ fence, batch }) => {
      await deps.resolve(fence, runIdOf(batch.runId));
      return { kind: 'next' };
    },
    report: (step) => report(deps, step),
    settle: async ({ batch }) => {
      await deps.settle(batch);
      return { kind: 'next' };
    },
  };
}

async function fetchStatement(deps: PhaseDeps, step: Step): Promise<StepOutcome> {
  const result = await deps.intake.fetch(step.fence);
  switch (result.kind) {
    case 'accepted':
    case 'emptyDay':
    case 'stopped':
      return { kind: 'next', theirsId: result.statement.statementId };
    case 'seenBefore':
      return seenBefore(deps, step, result.statement);
    case 'notReady':
      return withoutFile(deps, step, 'file_not_ready', result.availableAtMs);
    case 'unavailable':
      return withoutFile(deps, step, 'source_unavailable', undefined);
  }
}

function seenBefore(deps: PhaseDeps, step: Step, statement: Statement): Promise<StepOutcome> | StepOutcome {
  const { statementId, status } = statement;
  // What was refused is looked for anew: the other side may put it right.
  if (status === 'refused') return withoutFile(deps, step, 'statement_refused', undefined);
  return { kind: 'next', theirsId: statementId };
}

/** Goes on with the file that there is, or once without any when it is late; else looks for it again later. */
async function withoutFile(
  { sources, clock }: PhaseDeps,
  { batch }: Step,
  code: string,
  availableAtMs: number | undefined,
): Promise<StepOutcome> {
  if (batch.theirsId !== null) return { kind: 'next' };
  const nowMs = clock.nowMs();
  const { cutOff, settings } = await sources.get(batch.sourceId);
  const lateAtMs = dateEndMs(batch.businessDate, cutOff) + settings.dueMinutesAfterCutOff * MINUTE_MS;
  if (nowMs >= lateAtMs && batch.runId === null) return { kind: 'next', theirsId: null };
  const atMs = lookAgainAtMs(batch.attempts, availableAtMs, nowMs);
  const params: BatchProblem['params'] =
    availableAtMs === undefined ? {} : { availableAt: new Date(availableAtMs).toISOString() };
  return { kind: 'later', atMs, problem: { code, params } };
}

/** Nothing is matched before their file has passed the gates; then our books are written down as they stand. */
async function holdAtGate(
  { db, clock, sources, intake }: PhaseDeps,
  { batch, fence }: Step,
): Promise<StepOutcome> {
  if (batch.theirsId !== null) {
    const statement = await findStatement(db, batch.theirsId);
    if (!statement) throw new RangeError('the batch names a statement that is not there');
    const problem = { code: 'statement_stopped', params: { statementId: statement.statementId } };
    if (statement.status === 'stopped') return { kind: 'stop', problem };
    if (statement.status !== 'accepted') {
      return { kind: 'later', atMs: clock.nowMs(), phase: 'fetch', problem: null };
    }
  }
  const { cutOff } = await sources.get(batch.sourceId);
  const readAtMs = clock.nowMs();
  const ours = await intake.makeSheet(fence);
  await setBooksRead(db, fence, { readAtMs, dateEndsAtMs: dateEndMs(batch.businessDate, cutOff) });
  return { kind: 'next', oursId: ours.statementId };
}

async function match({ db, clock, runs }: PhaseDeps, step: Step): Promise<StepOutcome> {
  const { batch, fence, report, signal } = step;
  const nowMs = clock.nowMs();
  if (await isEarlierAtWork(db, batch, nowMs)) {
    return { kind: 'later', atMs: nowMs + OTHER_DATE_MS, problem: null };
  }
  if (batch.oursId === null) throw new RangeError('a batch is matched after its sheet was made');
  const input = { oursId: batch.oursId, theirsId: batch.theirsId };
  try {
    await runs.match(fence, input, ({ phase, done, total }) => report(phase, done, total), signal);
    return { kind: 'next' };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === 'too_many_breaks') return { kind: 'stop', problem: problemOf(error) };
    if (error.code !== 'later_date_holds') throw error;
    const laterDate = String(error.params.businessDate);
    const later = { sourceId: batch.sourceId, businessDate: laterDate };
    await transact(db, (tx) => changeBatch(tx, later, (other) => changeToMatchAgain(other, nowMs), nowMs));
    const problem = { code: LATER_DATE_FIRST, params: { businessDate: laterDate } };
    return { kind: 'later', atMs: nowMs + OTHER_DATE_MS, problem };
  }
}

async function report({ reports, clock }: PhaseDeps, { batch, fence }: Step): Promise<StepOutcome> {
  await reports.writeOfBatch(fence, runIdOf(batch.runId));
  if (batch.theirsId !== null) return { kind: 'next' };
  // Their file is late: that much is reported, and the file is still looked for.
  const atMs = lookAgainAtMs(batch.attempts, undefined, clock.nowMs());
  return { kind: 'later', atMs, phase: 'fetch', problem: { code: 'file_late', params: {} } };
}

function runIdOf(runId: string | null): string {
  if (runId === null) throw new RangeError('a batch has a run once it was matched');
  return runId;
}

function problemOf({ code, params }: DomainError): BatchProblem {
  const texts = Object.entries(params).map(([name, value]) => [name, String(value)]);
  return { code, params: Object.fromEntries(texts) };
}
