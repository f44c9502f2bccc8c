import { createHash } from 'node:crypto';
import { agenciesOfPayments } from '../../billing/index.ts';
import { type Db, transact } from '../../infra/db/index.ts';
import { addDays } from '../../kernel/business-date.ts';
import { DomainError } from '../../kernel/errors.ts';
import { newId, randomShardHint } from '../../kernel/ids.ts';
import { type Fence, holdFence } from '../batches/fence.ts';
import type { Statement, StatementSource } from '../intake/intake.types.ts';
import { findStatement } from '../intake/statements.repo.ts';
import { ROWS_PER_CHUNK } from '../matching/row-chunks.ts';
import { dayOf } from '../matching/row-values.ts';
import { ClearingCalendar } from '../matching/run.ts';
import { type PublishDeps, publish, type Unpublished } from './publish.ts';
import { breaksClosedBy, carriedRows, earliestCarried, formerBreaks, heldRows } from './run-breaks.repo.ts';
import { journalOfRun, paymentsToAssign } from './run-journals.rules.ts';
import { matchRows } from './run-matching.ts';
import {
  currentRunOf,
  deleteLeftovers,
  findRun,
  insertGroups,
  insertSheets,
  listRuns,
  type Run,
} from './runs.repo.ts';
import type { RunDifference, RunInput, RunProgress, RunSummary } from './runs.types.ts';
import type { CarriedRow, WorkResult, WorkSetup } from './work.types.ts';

/** So many differences are no day's work but a wrong file, or a wrong layout: a person looks first. */
const MAX_BREAKS = 200_000;
/** One transaction writes so many sheets (20 KiB each), or so many groups. */
const SHEETS_A_WRITE = 100;
const GROUPS_A_WRITE = 500;
/** MariaDB turns longer lists into a table that it joins, and reads all payments for that (`in_predicate_conversion_threshold`, 1,000). */
const PAYMENTS_A_READ = 500;
const TICK_MS = 500;
/** As often as somebody may change a break that is taken in while it is matched. */
const MAX_TRIES = 5;

export interface RunsDeps extends PublishDeps {
  sources: { get(sourceId: string): Promise<StatementSource> };
  /** The agencies that a connection carries. */
  agenciesOf(sourceId: string): Promise<readonly string[]>;
}

/** All that goes into a matching, read before it. */
interface Prepared {
  source: StatementSource;
  setup: WorkSetup;
  sheetAgencyId: string | null;
  carried: CarriedRow[];
  /** Breaks of earlier dates that the run before has closed. */
  closedBefore: string[];
  previous: Run | null;
  inputsSha256: string;
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
    const result = await matchRows(this.deps, prepared, onProgress, signal);
    return this.publish(fence, prepared, result, onProgress, signal);
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

  private async prepare(fence: Fence, { oursId, theirsId }: RunInput): Promise<Prepared> {
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
    return { source, setup, sheetAgencyId, carried, closedBefore, previous, inputsSha256 };
  }

  private async publish(
    fence: Fence,
    { source, setup, sheetAgencyId, carried, previous, inputsSha256 }: Prepared,
    result: WorkResult,
    onProgress: (progress: RunProgress) => void,
    signal: AbortSignal,
  ): Promise<Run | null> {
    const breakCount = result.breaks.length;
    if (breakCount > MAX_BREAKS)
      throw new DomainError('conflict', 'too_many_breaks', { params: { breakCount } });
    const lost = setup.held.find((one) => result.lostHeld.includes(one.breakId));
    if (lost)
      throw new DomainError('conflict', 'later_date_holds', { params: { businessDate: lost.heldBy } });
    const nowMs = this.deps.clock.nowMs();
    const runId = newId('run', nowMs, randomShardHint());
    const total = setup.oursRowCount + setup.theirsRowCount;
    await this.write(fence, runId, setup, result, (done) => {
      signal.throwIfAborted();
      onProgress({ phase: 'write', done, total });
    });
    const unpublished: Unpublished = {
      fence,
      source,
      setup,
      result,
      runId,
      inputsSha256,
      previous,
      carriedBreakIds: carried.map(({ breakId }) => breakId),
      journal: journalOfRun(runId, setup, result, await this.agencyFinder({ setup, sheetAgencyId }, result)),
      nowMs,
    };
    onProgress({ phase: 'publish', done: total, total });
    return publish(this.deps, unpublished);
  }

  /** Everything that is large goes first, in transactions of its own: nobody sees it before the run is published. */
  private async write(
    fence: Fence,
    runId: string,
    setup: WorkSetup,
    result: WorkResult,
    onWritten: (rows: number) => void,
  ): Promise<void> {
    const { db } = this.deps;
    const sheets = [...sheetsOf(setup, 'ours', result), ...sheetsOf(setup, 'theirs', result)];
    let done = 0;
    for (let from = 0; from < sheets.length; from += SHEETS_A_WRITE) {
      const some = sheets.slice(from, from + SHEETS_A_WRITE);
      await transact(db, async (tx) => {
        await holdFence(tx, fence);
        for (const statementId of new Set(some.map((sheet) => sheet.statementId)))
          await insertSheets(
            tx,
            runId,
            statementId,
            some.filter((sheet) => sheet.statementId === statementId),
          );
      });
      done += some.reduce((rows, { rowCount }) => rows + rowCount, 0);
      onWritten(done);
    }
    for (let from = 0; from < result.groups.length; from += GROUPS_A_WRITE) {
      const some = result.groups.slice(from, from + GROUPS_A_WRITE);
      await transact(db, async (tx) => {
        await holdFence(tx, fence);
        await insertGroups(tx, runId, some);
      });
      onWritten(done);
    }
  }

  /** `sheetAgencyId`: the agency that all payments of our sheet are for, where that is known. */
  private async agencyFinder(
    { setup, sheetAgencyId }: Pick<Prepared, 'setup' | 'sheetAgencyId'>,
    result: WorkResult,
  ): Promise<(paymentId: string | null) => string> {
    const payments = paymentsToAssign(setup, result);
    // Looking them up would read as many pages from the disk.
    const isSaid = (isInSheet: boolean | undefined) => isInSheet === true && sheetAgencyId !== null;
    const paymentIds = [...payments].flatMap(([id, isInSheet]) => (isSaid(isInSheet) ? [] : [id]));
    const agencies = new Map<string, string>();
    for (let from = 0; from < paymentIds.length; from += PAYMENTS_A_READ) {
      const some = await agenciesOfPayments(this.deps.db, paymentIds.slice(from, from + PAYMENTS_A_READ));
      for (const [paymentId, agencyId] of some) agencies.set(paymentId, agencyId);
    }
    const carried = setup.role === 'agency' ? await this.deps.agenciesOf(setup.sourceId) : [];
    const [only = ''] = carried.length === 1 ? carried : [];
    return (paymentId) => {
      if (paymentId === null) return only;
      const said = isSaid(payments.get(paymentId)) ? sheetAgencyId : agencies.get(paymentId);
      return said ?? only;
    };
  }
}

/** Whether the run that holds was made of the same: no break of an earlier date has come since, and none that it explained has gone. */
function isSame({ previous, inputsSha256, carried, closedBefore }: Prepared): boolean {
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

function sheetsOf(setup: WorkSetup, side: 'ours' | 'theirs', { sheets }: WorkResult) {
  const statementId = side === 'ours' ? setup.oursId : setup.theirsId;
  const rowCount = side === 'ours' ? setup.oursRowCount : setup.theirsRowCount;
  return sheets[side].map((slots, chunkNo) => ({
    statementId: statementId ?? '',
    chunkNo,
    rowCount: Math.min(ROWS_PER_CHUNK, rowCount - chunkNo * ROWS_PER_CHUNK),
    slots,
  }));
}
