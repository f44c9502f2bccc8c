import { agenciesOfPayments } from '../../billing/index.ts';
import { type Db, transact } from '../../infra/db/index.ts';
import { releaseBytes } from '../../infra/memory/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { newId, randomShardHint } from '../../kernel/ids.ts';
import { type Fence, holdFence } from '../batches/fence.ts';
import type { StatementSource } from '../intake/intake.types.ts';
import { rowsInChunk } from '../matching/row-values.ts';
import type { GivenRows } from './match-here.ts';
import { type PublishDeps, publish } from './publish.ts';
import { journalOfRun, paymentsToAssign } from './run-journals.rules.ts';
import { insertGroups, insertSheets, type Run } from './runs.repo.ts';
import type { RunProgress } from './runs.types.ts';
import type { WorkResult, WorkSetup } from './work.types.ts';

/** So many differences are no day's work but a wrong file, or a wrong layout: a person looks first. */
const MAX_BREAKS = 200_000;
/** One transaction writes so many sheets (20 KiB each), or so many groups. */
const SHEETS_A_WRITE = 100;
const GROUPS_A_WRITE = 500;
/** MariaDB turns longer lists into a table that it joins, and reads all payments for that (`in_predicate_conversion_threshold`, 1,000). */
const PAYMENTS_A_READ = 500;

/** All that goes into a run, read before it; can be copied to a thread. */
export interface PreparedRun extends GivenRows {
  fence: Fence;
  source: StatementSource;
  /** The agency that all payments of our sheet are for, where that is known. */
  sheetAgencyId: string | null;
  /** The agencies that an agency's connection carries; none of a channel. */
  agencyIds: readonly string[];
  /** Breaks of earlier dates that the run before has closed. */
  closedBefore: readonly string[];
  previous: Run | null;
  inputsSha256: string;
}

/**
 * Writes what came of a matching and makes it hold. Null when somebody has changed meanwhile what was matched.
 * Throws DomainError `batch_taken_over`, `too_many_breaks`, `later_date_holds`.
 */
export async function publishResult(
  deps: PublishDeps,
  prepared: PreparedRun,
  result: WorkResult,
  onProgress: (progress: RunProgress) => void,
): Promise<Run | null> {
  const { fence, setup } = prepared;
  const breakCount = result.breaks.length;
  if (breakCount > MAX_BREAKS)
    throw new DomainError('conflict', 'too_many_breaks', { params: { breakCount } });
  const lost = setup.held.find((one) => result.lostHeld.includes(one.breakId));
  if (lost) throw new DomainError('conflict', 'later_date_holds', { params: { businessDate: lost.heldBy } });
  const nowMs = deps.clock.nowMs();
  const runId = newId('run', nowMs, randomShardHint());
  const total = setup.oursRowCount + setup.theirsRowCount;
  await write(deps.db, { fence, runId, setup }, result, (done) =>
    onProgress({ phase: 'write', done, total }),
  );
  const journal = journalOfRun(runId, setup, result, await agencyFinder(deps.db, prepared, result));
  onProgress({ phase: 'publish', done: total, total });
  const carriedBreakIds = prepared.carried.map(({ breakId }) => breakId);
  return publish(deps, { ...prepared, result, runId, carriedBreakIds, journal, nowMs });
}

/** Everything that is large goes first, in transactions of its own: nobody sees it before the run is published. */
async function write(
  db: Db,
  { fence, runId, setup }: { fence: Fence; runId: string; setup: WorkSetup },
  result: WorkResult,
  onWritten: (rows: number) => void,
): Promise<void> {
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
    releaseBytes(...some.map(({ slots }) => slots));
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

async function agencyFinder(
  db: Db,
  { setup, sheetAgencyId, agencyIds }: PreparedRun,
  result: WorkResult,
): Promise<(paymentId: string | null) => string> {
  const payments = paymentsToAssign(setup, result);
  // Looking them up would read as many pages from the disk.
  const isSaid = (isInSheet: boolean | undefined) => isInSheet === true && sheetAgencyId !== null;
  const paymentIds = [...payments].flatMap(([id, isInSheet]) => (isSaid(isInSheet) ? [] : [id]));
  const agencies = new Map<string, string>();
  for (let from = 0; from < paymentIds.length; from += PAYMENTS_A_READ) {
    const some = await agenciesOfPayments(db, paymentIds.slice(from, from + PAYMENTS_A_READ));
    for (const [paymentId, agencyId] of some) agencies.set(paymentId, agencyId);
  }
  const [only = ''] = agencyIds.length === 1 ? agencyIds : [];
  return (paymentId) => {
    if (paymentId === null) return only;
    const said = isSaid(payments.get(paymentId)) ? sheetAgencyId : agencies.get(paymentId);
    return said ?? only;
  };
}

function sheetsOf(setup: WorkSetup, side: 'ours' | 'theirs', { sheets }: WorkResult) {
  const statementId = side === 'ours' ? setup.oursId : setup.theirsId;
  const rowCount = side === 'ours' ? setup.oursRowCount : setup.theirsRowCount;
  return sheets[side].map((slots, chunkNo) => ({
    statementId: statementId ?? '',
    chunkNo,
    rowCount: rowsInChunk(chunkNo, rowCount),
    slots,
  }));
}
