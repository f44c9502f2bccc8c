import type { Vault } from '../../infra/crypto/index.ts';
import { type Db, type Tx, transact } from '../../infra/db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId, randomShardHint } from '../../kernel/ids.ts';
import { type JournalDraft, journalOf, mirrored, postJournals } from '../../ledger/index.ts';
import { type Fence, holdFence } from '../batches/fence.ts';
import { type BreakEvent, recordBreakEvents, SYSTEM } from '../breaks/break-events.repo.ts';
import { dueDates, severityOf } from '../breaks/severity.rules.ts';
import { undoForRun } from '../breaks/undo-for-run.ts';
import type { StatementSource } from '../intake/intake.types.ts';
import { countClaims } from './claims.repo.ts';
import { type BreakPlan, differenceOf, type KnownBreak, NO_DIFFERENCE, planBreaks } from './publish.rules.ts';
import { writeClaims } from './publish-claims.ts';
import * as breaks from './run-breaks.repo.ts';
import {
  activateSheets,
  countActiveSlots,
  currentRunOf,
  insertRun,
  type Run,
  whereBatch,
} from './runs.repo.ts';
import type { WorkResult, WorkSetup } from './work.types.ts';

export interface PublishDeps {
  db: Db;
  vault: Vault;
  clock: Clock;
}

/** A matching that is written and waits to hold. */
export interface Unpublished {
  fence: Fence;
  source: StatementSource;
  setup: WorkSetup;
  result: WorkResult;
  runId: string;
  inputsSha256: string;
  previous: Run | null;
  /** Breaks of earlier dates whose rows were taken in. */
  carriedBreakIds: readonly string[];
  journal: JournalDraft | null;
  nowMs: number;
}

/**
 * Makes a run hold, in one transaction: its sheets, its breaks and their rows, the journal, the batch. Null when the batch or a break
 * that was taken in has changed since the matching began: it has to be done again.
 * Throws DomainError `batch_taken_over`.
 */
export function publish(deps: PublishDeps, unpublished: Unpublished): Promise<Run | null> {
  const { fence, previous, runId, setup, result, nowMs } = unpublished;
  return transact(deps.db, async (tx) => {
    await holdFence(tx, fence);
    const present = await currentRunOf(tx, fence);
    if ((present?.runId ?? null) !== (previous?.runId ?? null)) return null;
    let standing = await readStanding(tx, unpublished);
    if (!standing.carried.every((one) => isStillCarried(one, previous))) return null;
    const toUndo = undoneBy(standing, result);
    if (toUndo.length > 0) {
      await undoForRun(tx, deps, toUndo, runId);
      standing = await readStanding(tx, unpublished);
    }
    const { plan, carried } = standing;
    const idOf = await writeBreaks(tx, deps, unpublished, plan);
    const reopenedIds = await writeCarried(tx, deps, unpublished, carried);
    await activateSheets(tx, runId, previous?.runId ?? null);
    await writeClaims(tx, unpublished, plan, idOf, reopenedIds);
    await assertComplete(tx, setup, result);
    const former = previous && (await journalOf(tx, 'statement', previous.runId));
    const journals = [former && mirrored(former, 'statementReversed'), unpublished.journal];
    await postJournals(
      tx,
      journals.filter((journal) => journal !== null),
      nowMs,
    );
    const run = runOf(unpublished, previous ? differenceOf(plan, idOf) : NO_DIFFERENCE);
    await insertRun(tx, run);
    await tx('reconciliation_batches').where(whereBatch(fence)).update({ run_id: runId });
    return run;
  });
}

function isStillCarried({ state, closedByRunId }: KnownBreak, previous: Run | null): boolean {
  return state !== 'closed' || (closedByRunId !== null && closedByRunId === previous?.runId);
}

interface Standing {
  plan: BreakPlan;
  /** The breaks of earlier dates that were taken in. */
  carried: KnownBreak[];
}

/** How the breaks stand that the run may change; they are locked until the transaction ends. */
async function readStanding(
  tx: Tx,
  { fence, setup, result, previous, carriedBreakIds }: Unpublished,
): Promise<Standing> {
  const carried = await breaks.lockBreaksById(tx, carriedBreakIds);
  const known = withReferences(await breaks.lockBreaks(tx, fence), setup);
  const plan = planBreaks(known, result.breaks, {
    previousRunId: previous?.runId ?? null,
    ends: new Map(result.ends.map(({ breakId, end }) => [breakId, end])),
  });
  return { plan, carried };
}

/** Breaks that end here although people or rules have done something about them, in suspense or waiting for approval. */
function undoneBy({ plan, carried }: Standing, { taken }: WorkResult): string[] {
  const isTaken = new Set(taken.map(({ breakId }) => breakId));
  return [
    ...plan.gone
      .map(({ known }) => known)
      .filter(({ state, closedByRunId }) => state === 'proposed' || (state === 'closed' && !closedByRunId)),
    ...carried.filter(({ state, breakId }) => state === 'proposed' && isTaken.has(breakId)),
  ].map(({ breakId }) => breakId);
}

function withReferences(known: readonly KnownBreak[], { former }: WorkSetup): KnownBreak[] {
  const refs = new Map(former.map(({ breakId, rows }) => [breakId, rows[0]?.ref ?? null]));
  return known.map((one) => ({ ...one, ref: refs.get(one.breakId) ?? null }));
}

type IdOf = (found: WorkResult['breaks'][number]) => string;

/** Opens, keeps and closes the batch's own breaks. */
async function writeBreaks(
  tx: Tx,
  deps: PublishDeps,
  { fence, source, runId, nowMs }: Unpublished,
  plan: BreakPlan,
): Promise<IdOf> {
  const cutOff = source.cutOff;
  const { closedOn } = source.settings.matching.dateCut;
  const shardHint = randomShardHint();
  const { businessDate } = fence;
  const dueAtMs = dueDates(businessDate, { cutOff, closedOn });
  const opened = plan.opened.map((found) => ({
    breakId: newId('brk', nowMs, shardHint),
    found,
    severity: severityOf(found),
    dueAtMs: dueAtMs(found),
  }));
  await breaks.insertBreaks(tx, { ...fence, runId, nowMs }, opened);
  await breaks.markFound(
    tx,
    runId,
    plan.kept.map(({ known }) => known.breakId),
  );
  const next = ({ known }: { known: KnownBreak }) => ({ breakId: known.breakId, version: known.version + 1 });
  const changed = plan.kept.filter(({ change }) => change !== null);
  const reopened = changed.filter(({ change }) => change === 'reopened');
  await breaks.updateFound(
    tx,
    changed.map((one) => ({ ...next(one), found: one.found })),
  );
  await breaks.setEnds(tx, runId, nowMs, [
    ...reopened.map((one) => ({ ...next(one), how: null })),
    ...plan.gone.map((one) => ({ ...next(one), how: one.how })),
  ]);
  const event = (one: { breakId: string; version: number }, rest: Pick<BreakEvent, 'event' | 'details'>) => ({
    breakId: one.breakId,
    version: one.version,
    actor: SYSTEM,
    atMs: nowMs,
    ...rest,
  });
  await recordBreakEvents(tx, deps.vault, [
    ...opened.map(({ breakId, found }) =>
      event({ breakId, version: 1 }, { event: 'opened', details: { runId, class: found.class } }),
    ),
    ...changed.map((one) =>
      event(next(one), {
        event: one.change === 'reopened' ? 'reopened' : 'foundAgain',
        details: { runId, class: one.found.class, differenceMinor: one.found.differenceMinor },
      }),
    ),
    ...plan.gone.map((one) => event(next(one), { event: one.how, details: { runId, rows: one.end } })),
  ]);
  const ids = new Map([
    ...opened.map(({ breakId, found }) => [found, breakId] as const),
    ...plan.kept.map(({ known, found }) => [found, known.breakId] as const),
  ]);
  return (found) => ids.get(found) ?? '';
}

/** Closes breaks of earlier dates whose row is explained now, and opens those again that only the run before had explained. */
async function writeCarried(
  tx: Tx,
  deps: PublishDeps,
  { result, runId, nowMs, previous }: Unpublished,
  carried: readonly KnownBreak[],
): Promise<string[]> {
  const takenBy = new Map(result.taken.map(({ breakId, by }) => [breakId, by]));
  const toOpen = previous ? await breaks.lockBreaksById(tx, await breaks.breaksClosedBy(tx, previous)) : [];
  const ends = [...new Map([...toOpen, ...carried].map((one) => [one.breakId, one])).values()].flatMap(
    (one) => {
      const by = takenBy.get(one.breakId);
      const how = by === undefined ? null : by === 'match' ? ('matched' as const) : ('superseded' as const);
      return how === null && one.state !== 'closed'
        ? []
        : [{ breakId: one.breakId, version: one.version + 1, how, known: one }];
    },
  );
  await breaks.setEnds(tx, runId, nowMs, ends);
  await recordBreakEvents(
    tx,
    deps.vault,
    ends.map(({ breakId, version, how }) => ({
      breakId,
      version,
      event: how ?? 'reopened',
      actor: SYSTEM,
      details: { runId },
      atMs: nowMs,
    })),
  );
  return ends.filter(({ how }) => how === null).map(({ breakId }) => breakId);
}

/** Every row of both statements has a slot, and those that are in breaks are claimed by a break. Throws Error where that is not so. */
async function assertComplete(tx: Tx, setup: WorkSetup, result: WorkResult): Promise<void> {
  for (const [statementId, rowCount, brokenRows] of [
    [setup.oursId, setup.oursRowCount, result.brokenRows.ours],
    [setup.theirsId, setup.theirsRowCount, result.brokenRows.theirs],
  ] as const) {
    if (statementId === null) continue;
    const slots = await countActiveSlots(tx, statementId);
    const claims = await countClaims(tx, statementId);
    if (slots !== rowCount || claims !== brokenRows)
      throw new Error(`statement ${statementId} has ${rowCount} rows, ${slots} slots and ${claims} claims`);
  }
}

function runOf({ fence, setup, result, previous, ...rest }: Unpublished, difference: Run['difference']): Run {
  return {
    runId: rest.runId,
    sourceId: fence.sourceId,
    businessDate: fence.businessDate,
    runNo: (previous?.runNo ?? 0) + 1,
    oursId: setup.oursId,
    theirsId: setup.theirsId,
    previousRunId: previous?.runId ?? null,
    rules: setup.rules,
    carriedBreakIds: rest.carriedBreakIds,
    inputsSha256: rest.inputsSha256,
    matchCount: result.matchCount,
    breakCount: result.breaks.length,
    proof: result.proof,
    digest: result.digest,
    difference,
    createdAtMs: rest.nowMs,
  };
}
