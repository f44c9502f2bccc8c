import { createHash } from 'node:crypto';
import { type Db, transact } from '../../infra/db/index.ts';
import { addDays } from '../../kernel/business-date.ts';
import { DomainError } from '../../kernel/errors.ts';
import { type Fence, holdFence } from '../batches/fence.ts';
import type { Statement, StatementSource } from '../intake/intake.types.ts';
import { findStatement } from '../intake/statements.repo.ts';
import { dayOf } from '../matching/row-values.ts';
import { ClearingCalendar } from '../matching/run.ts';
import type { PublishDeps } from './publish.ts';
import type { PreparedRun } from './publish-result.ts';
import { breaksClosedBy, carriedRows, earliestCarried, formerBreaks, heldRows } from './run-breaks.repo.ts';
import { matchAndPublish } from './run-matching.ts';
import { currentRunOf, deleteLeftovers, findRun, listRuns, type Run } from './runs.repo.ts';
import type { RunDifference, RunInput, RunProgress, RunSummary } from './runs.types.ts';
import type { WorkSetup } from './work.types.ts';

const TICK_MS = 500;
/** As often as somebody may change a break that is taken in while it is matched. */
const MAX_TRIES = 5;

export interface RunsDeps extends PublishDeps {
  sources: { get(sourceId: string): Promise<StatementSource> };
  /** The agencies that a connection carries. */
  agenciesOf(sourceId: string): Promise<readonly string[]>;
}

/** Matches batches and makes the results hold. */
export class ReconciliationRuns {
  private readonly deps: RunsDeps;

  constructor(deps: RunsDeps) {
    this.deps = deps;
  }

  /**
   * Matches two statements of a batch and publishes what comes of it. The same again is no new run: the one that is there is given.
   * Throws DomainError `batch_taken_over`, `too_many_breaks`, `later_date_holds`; an AbortError when `signal` says so.
   */
  async match(
    fence: Fence,
    input: RunInput,
    onProgress: (progress: RunProgress) => void,
    signal: AbortSignal,
  ): Promise<RunSummary> {
    let last: RunProgress = { phase: 'load', done: 0, total: 0 };
    const tell = (progress: RunProgress) => {
      last = progress;
      onProgress(progress);
    };
    // Whoever watches hears something even while a part of the work has no steps of its own.
    const ticking = setInterval(() => onProgress(last), TICK_MS);
    try {
      for (let tries = 1; tries <= MAX_TRIES; tries++) {
        const run = await this.tryMatch(fence, input, tell, signal);
        if (run) return run;
      }
      throw new DomainError('unavailable', 'database_busy', { retryAfterSeconds: 10 });
    } finally {
      clearInterval(ticking);
    }
  }

  /** Null when somebody has changed meanwhile what was matched. */
  private async tryMatch(
    fence: Fence,
    input: RunInput,
    onProgress: (progress: RunProgress) => void,
    signal: AbortSignal,
  ): Promise<Run | null> {
    await transact(this.deps.db, async (tx) => {
      await holdFence(tx, fence);
      await deleteLeftovers(tx, fence);
    });
    const prepared = await this.prepare(fence, input);
    if (prepared.previous && isSame(prepared)) return prepared.previous;
    return matchAndPublish(this.deps, prepared, onProgress, signal);
  }

  /** Throws DomainError `run_not_found`. */
  async get(runId: string): Promise<RunSummary> {
    return this.found(runId);
  }

  /** The newest first; `before` is the last run that was seen. */
  list(filter: {
    sourceId?: string;
    businessDate?: string;
    before?: string;
    limit: number;
  }): Promise<RunSummary[]> {
    return listRuns(this.deps.db, filter);
  }

  /** What a run says otherwise than the one before it. Throws DomainError `run_not_found`. */
  async difference(runId: string): Promise<RunDifference> {
    return (await this.found(runId)).difference;
  }

  private async found(runId: string): Promise<Run> {
    const run = await findRun(this.deps.db, runId);
    if (!run) throw new DomainError('notFound', 'run_not_found');
    return run;
  }

  private async prepare(fence: Fence, { oursId, theirsId }: RunInput): Promise<PreparedRun> {
    const { db, sources } = this.deps;
    const source = await sources.get(fence.sourceId);
    const [ours, theirs] = [await statementOf(db, oursId), theirsId && (await statementOf(db, theirsId))];
    const previous = await currentRunOf(db, fence);
    if (theirsId === null && previous?.theirsId)
      throw new RangeError('a file that has come does not go away again');
    const { matching } = source.settings;
    const firstDate = firstCarriedDate(fence.businessDate, matching.dateCut);
    const presentRunId = previous?.runId ?? null;
    const carried = theirsId === null ? [] : await carriedRows(db, fence, { firstDate, presentRunId });
    const setup: WorkSetup = {
      sourceId: source.sourceId,
      role: source.role,
      currency: source.currency,
      businessDate: fence.businessDate,
      rules: matching,
      oursId,
      oursRowCount: ours.rowCount,
      theirsId,
      theirsRowCount: theirs ? theirs.rowCount : 0,
      held: await heldRows(db, fence),
      former: previous ? await formerBreaks(db, fence, previous.runId) : [],
    };
    const inputs = [1, oursId, theirsId, source.role, source.currency, matching];
    const inputsSha256 = createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
    const closedBefore = previous ? await breaksClosedBy(db, previous) : [];
    const sheetAgencyId = ours.content.onlyAgencyId ?? null;
    const agencyIds = source.role === 'agency' ? await this.deps.agenciesOf(source.sourceId) : [];
    return {
      ...{ fence, source, setup, sheetAgencyId, agencyIds },
      ...{ carried, closedBefore, previous, inputsSha256 },
    };
  }
}

/** Whether the run that holds was made of the same: no break of an earlier date has come since, and none that it explained has gone. */
function isSame({ previous, inputsSha256, carried, closedBefore }: PreparedRun): boolean {
  if (previous?.inputsSha256 !== inputsSha256) return false;
  const known = new Set(previous.carriedBreakIds);
  const there = new Set(carried.map(({ breakId }) => breakId));
  return [...there].every((id) => known.has(id)) && closedBefore.every((id) => there.has(id));
}

async function statementOf(db: Db, statementId: string): Promise<Statement> {
  const statement = await findStatement(db, statementId);
  if (statement?.status !== 'accepted') throw new RangeError(`statement ${statementId} may not be matched`);
  return statement;
}

/** The earliest date whose date-cut breaks may still have their counterparts on this one. */
function firstCarriedDate(businessDate: string, { days, closedOn }: WorkSetup['rules']['dateCut']): string {
  const calendar = new ClearingCalendar(closedOn);
  const last = dayOf(businessDate);
  let first = businessDate;
  while (first > earliestCarried(businessDate) && calendar.between(dayOf(addDays(first, -1)), last) <= days)
    first = addDays(first, -1);
  return first;
}
