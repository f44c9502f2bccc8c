import { type Db, type Tx, toInt, transact } from '../../infra/db/index.ts';
import type {
  Batch,
  BatchChange,
  BatchKey,
  BatchPhase,
  BatchProblem,
  BatchProgress,
  BatchState,
  ClaimedBatch,
} from './batches.types.ts';
import { addDayChange } from './days.repo.ts';
import { type Fence, holdFence } from './fence.ts';

/** The job that carries a batch on is expected right after the step before; when it does not come, the watchdog sends another. */
const NEXT_JOB_WITHIN_MS = 3_000;
/** A batch that was put on the queue and that nobody claimed is put there again after this. */
const NUDGE_AGAIN_AFTER_MS = 5_000;

const TABLE = 'reconciliation_batches';

/** The problem of a batch that can be matched only after a later date of its source was matched again. */
export const LATER_DATE_FIRST = 'later_date_first';

/** Adds batches to the plan; those that are planned already stay as they are. Gives how many are new. */
export async function planBatches(
  db: Db,
  batches: readonly (BatchKey & { dueAtMs: number })[],
  nowMs: number,
): Promise<number> {
  if (batches.length === 0) return 0;
  const rows = batches.map(({ sourceId, businessDate, dueAtMs }) => ({
    source_id: sourceId,
    business_date: businessDate,
    phase: 'fetch',
    state: 'waiting',
    fence: 0,
    claimed_until_ms: 0,
    due_at_ms: dueAtMs,
    nudge_at_ms: dueAtMs,
    attempts: 0,
    progress: 'null',
    updated_at_ms: nowMs,
  }));
  const before = await countBatches(db, batches);
  await db(TABLE).insert(rows).onConflict(['source_id', 'business_date']).ignore();
  return batches.length - before;
}

async function countBatches(db: Db, keys: readonly BatchKey[]): Promise<number> {
  const row = await db(TABLE)
    .whereIn(
      ['source_id', 'business_date'],
      keys.map(({ sourceId, businessDate }) => [sourceId, businessDate]),
    )
    .count({ count: '*' })
    .first();
  return toInt(row?.count ?? 0);
}

/** The last business date of each source that is planned. */
export async function lastPlannedDates(db: Db): Promise<Map<string, string>> {
  const rows: { source_id: string; last: string }[] = await db(TABLE)
    .select('source_id')
    .max({ last: 'business_date' })
    .groupBy('source_id');
  return new Map(rows.map(({ source_id, last }) => [source_id, last]));
}

export async function findBatch(db: Db | Tx, key: BatchKey): Promise<Batch | null> {
  const row = await db(TABLE).where(whereKey(key)).first();
  return row ? batchOf(row) : null;
}

/** Batches of a business date, by source. */
export async function listBatches(db: Db | Tx, businessDate: string): Promise<Batch[]> {
  const rows = await db(TABLE).where({ business_date: businessDate }).orderBy('source_id');
  return rows.map(batchOf);
}

interface Claim {
  /** Only when this is what comes next; null: whatever comes next. */
  phase: BatchPhase | null;
  /** In which states the batch may be, beside one whose holder has died. */
  states: readonly BatchState[];
  /** Before it is due, too: somebody asked for it. */
  mayBeEarly?: boolean;
  leaseMs: number;
  nowMs: number;
}

/** Claims a batch, unless somebody holds it or it is in another state or phase; null then. Each claim has a fence of its own. */
export function claimBatch(db: Db, key: BatchKey, claim: Claim): Promise<ClaimedBatch | null> {
  const { phase, states, mayBeEarly = false, leaseMs, nowMs } = claim;
  return transact(db, async (tx) => {
    const row = await tx(TABLE).where(whereKey(key)).forUpdate().first();
    if (!row) return null;
    const batch = batchOf(row);
    const isHeld = batch.state === 'running' && batch.claimedUntilMs > nowMs;
    const isOpen = batch.state === 'running' || states.includes(batch.state);
    const isEarly = batch.state === 'waiting' && batch.dueAtMs > nowMs && !mayBeEarly;
    if (isHeld || !isOpen || isEarly || (phase !== null && batch.phase !== phase)) return null;
    const claimed: Batch = {
      ...batch,
      state: 'running',
      fence: batch.fence + 1,
      claimedUntilMs: nowMs + leaseMs,
      updatedAtMs: nowMs,
    };
    await tx(TABLE).where(whereKey(key)).update({
      state: claimed.state,
      fence: claimed.fence,
      claimed_until_ms: claimed.claimedUntilMs,
      nudge_at_ms: claimed.claimedUntilMs,
      updated_at_ms: nowMs,
    });
    const fence = { sourceId: key.sourceId, businessDate: key.businessDate, token: claimed.fence };
    return { batch: claimed, fence, stateBefore: batch.state };
  });
}

/** Keeps a claim for another while and says how far the work is. False: it is no longer held, and the work is in vain. */
export async function renewClaim(
  db: Db,
  fence: Fence,
  hold: { untilMs: number; nowMs: number; progress: BatchProgress | null },
): Promise<boolean> {
  const count = await db(TABLE)
    .where({ ...whereKey(fence), fence: fence.token, state: 'running' })
    .update({
      claimed_until_ms: hold.untilMs,
      nudge_at_ms: hold.untilMs,
      progress: JSON.stringify(hold.progress),
      updated_at_ms: hold.nowMs,
    });
  return count === 1;
}

/** Ends a claim with what the step has made of the batch. Throws DomainError `batch_taken_over` when it is no longer held. */
export async function endClaim(tx: Tx, fence: Fence, change: BatchChange, nowMs: number): Promise<void> {
  await holdFence(tx, fence);
  await writeChange(tx, fence, change, nowMs);
}

/**
 * Changes a batch by somebody's command, whoever holds it: their claim ends, and what they still write is refused. `decide` is
 * given the batch as it is; null or an error leaves everything as it was. Gives the batch as it is then, or null where there is none.
 */
export async function changeBatch(
  tx: Tx,
  key: BatchKey,
  decide: (batch: Batch) => BatchChange | null,
  nowMs: number,
): Promise<Batch | null> {
  const row = await tx(TABLE).where(whereKey(key)).forUpdate().first();
  if (!row) return null;
  const batch = batchOf(row);
  const change = decide(batch);
  if (!change) return batch;
  await writeChange(tx, key, change, nowMs);
  await tx(TABLE)
    .where(whereKey(key))
    .update({ fence: batch.fence + 1 });
  return findBatch(tx, key);
}

async function writeChange(tx: Tx, key: BatchKey, change: BatchChange, nowMs: number): Promise<void> {
  const { phase, state, dueAtMs, attempts, problem, oursId, theirsId } = change;
  const isWaiting = state === 'waiting';
  await tx(TABLE)
    .where(whereKey(key))
    .update({
      phase,
      state,
      due_at_ms: dueAtMs,
      attempts,
      problem: problem && JSON.stringify(problem),
      claimed_until_ms: 0,
      nudge_at_ms: isWaiting ? Math.max(dueAtMs, nowMs + NEXT_JOB_WITHIN_MS) : null,
      updated_at_ms: nowMs,
      ...(oursId === undefined ? {} : { ours_id: oursId }),
      ...(theirsId === undefined ? {} : { theirs_id: theirsId }),
    });
  if (!isWaiting) await addDayChange(tx, key.businessDate, nowMs);
}

/** Takes the batches that should be on the queue now, and are not or were lost there. Each is given to one caller only. */
export async function takeNudges(db: Db, nowMs: number, limit: number): Promise<Batch[]> {
  // Looked for without locks: a locking read of a range would hold up those who carry other batches on.
  const found = await db(TABLE)
    .where('nudge_at_ms', '<=', nowMs)
    .orderBy('nudge_at_ms')
    .limit(limit)
    .select('source_id', 'business_date');
  const taken: Batch[] = [];
  for (const { source_id, business_date } of found) {
    const key = { source_id, business_date };
    const batch = await transact(db, async (tx) => {
      const row = await tx(TABLE).where(key).forUpdate().first();
      if (!row || row.nudge_at_ms === null || toInt(row.nudge_at_ms) > nowMs) return null;
      await tx(TABLE)
        .where(key)
        .update({ nudge_at_ms: nowMs + NUDGE_AGAIN_AFTER_MS });
      return batchOf(row);
    });
    if (batch) taken.push(batch);
  }
  return taken;
}

/**
 * Whether an earlier date of the same source is about to be matched: what it leaves open goes into this one's matching. One that
 * waits for its file, or for a later date, is not.
 */
export async function isEarlierAtWork(db: Db, { sourceId, businessDate }: BatchKey, nowMs: number) {
  const rows = await db(TABLE)
    .where({ source_id: sourceId })
    .andWhere('business_date', '<', businessDate)
    .whereIn('state', ['waiting', 'running'])
    .whereIn('phase', ['fetch', 'gate', 'match'])
    .andWhere((due) => due.where('state', 'running').orWhere('due_at_ms', '<=', nowMs));
  return rows.map(batchOf).some(({ problem }) => problem?.code !== LATER_DATE_FIRST);
}

/** A number for each business date that grows with every change of its batches. */
export async function dayVersions(db: Db, businessDates: readonly string[]): Promise<Map<string, number>> {
  const rows: { business_date: string; version: unknown }[] = await db(TABLE)
    .whereIn('business_date', [...businessDates])
    .select('business_date')
    .sum({ version: 'updated_at_ms' })
    .groupBy('business_date');
  return new Map(rows.map(({ business_date, version }) => [business_date, toInt(version)]));
}

const whereKey = ({ sourceId, businessDate }: BatchKey) => ({
  source_id: sourceId,
  business_date: businessDate,
});

function batchOf(row: Record<string, unknown>): Batch {
  return {
    sourceId: String(row.source_id),
    businessDate: String(row.business_date),
    phase: row.phase as BatchPhase,
    state: row.state as BatchState,
    fence: toInt(row.fence),
    claimedUntilMs: toInt(row.claimed_until_ms),
    dueAtMs: toInt(row.due_at_ms),
    attempts: toInt(row.attempts),
    oursId: row.ours_id as string | null,
    theirsId: row.theirs_id as string | null,
    runId: row.run_id as string | null,
    progress: JSON.parse(String(row.progress)) as BatchProgress | null,
    problem: row.problem === null ? null : (JSON.parse(String(row.problem)) as BatchProblem),
    updatedAtMs: toInt(row.updated_at_ms),
  };
}
