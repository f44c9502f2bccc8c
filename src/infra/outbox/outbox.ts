import { bulkUpdate, type Db, type Tx, toInt, transact } from '../db/index.ts';

/**
 * The outbox: the to-do list, one row for each thing that somebody still has to work on, written in the same
 * transaction as the state it belongs to. A BullMQ job only carries ids of rows; the rows are the truth. Empty the
 * queue's store at any moment and the sweeper sends everything again.
 */
export interface Task {
  /** The id of the thing to work on. */
  taskId: string;
  topic: string;
  dueAtMs: number;
}

export interface ClaimedTask extends Task {
  attempts: number;
}

export interface ParkedTask extends Task {
  attempts: number;
  lastError: string | null;
  createdAtMs: number;
}

/** A task that was sent and not claimed is sent again after this. */
const RESEND_AFTER_MS = 5_000;
const SWEEP_BATCH = 500;

/** Writes new tasks. Send them after the commit; the sweeper sends what was missed. */
export async function addTasks(tx: Tx, tasks: readonly Task[], nowMs: number): Promise<void> {
  if (tasks.length === 0) return;
  await tx('tasks').insert(
    tasks.map((task) => ({
      task_id: task.taskId,
      topic: task.topic,
      state: 'ready',
      attempts: 0,
      due_at_ms: task.dueAtMs,
      sweep_at_ms: sweepAt(task.dueAtMs, nowMs),
      claim_token: null,
      claimed_until_ms: 0,
      last_error: null,
      created_at_ms: nowMs,
    })),
  );
}

/** What is due now is being sent right now; the sweeper leaves it alone for a while. */
const sweepAt = (dueAtMs: number, nowMs: number) => (dueAtMs <= nowMs ? nowMs + RESEND_AFTER_MS : dueAtMs);

/**
 * Claims those of the tasks that are due and nobody else holds. `claimToken` marks the claim and must be new;
 * after `leaseMs` somebody else may claim them.
 */
export async function claimTasks(
  db: Db,
  taskIds: readonly string[],
  claim: { claimToken: string; leaseMs: number; nowMs: number },
): Promise<ClaimedTask[]> {
  const ids = [...taskIds].sort();
  // Waits for locks instead of skipping them: InnoDB locks neighbours for an instant too, and a task that is skipped
  // here is sent again only seconds later.
  const count = await transact(db, (tx) =>
    tx('tasks')
      .whereIn('task_id', ids)
      .andWhere('state', 'ready')
      .andWhere('due_at_ms', '<=', claim.nowMs)
      .andWhere('claimed_until_ms', '<=', claim.nowMs)
      .update({
        claim_token: claim.claimToken,
        claimed_until_ms: claim.nowMs + claim.leaseMs,
        sweep_at_ms: claim.nowMs + claim.leaseMs,
      }),
  );
  if (count === 0) return [];
  const rows = await db('tasks')
    .select('task_id', 'topic', 'attempts', 'due_at_ms')
    .whereIn('task_id', ids)
    .andWhere('claim_token', claim.claimToken);
  return rows.map((row) => ({
    taskId: row.task_id,
    topic: row.topic,
    attempts: toInt(row.attempts),
    dueAtMs: toInt(row.due_at_ms),
  }));
}

/** What becomes of a task: due again at a time, done and removed, or left for an operator. */
export type NextForTask =
  | { kind: 'due'; atMs: number; attempts: number }
  | { kind: 'done' }
  | { kind: 'parked'; because: string };

export interface TaskUpdate {
  taskId: string;
  next: NextForTask;
}

/** Writes what becomes of tasks and ends whatever claim there is: part of the transaction that did the work. */
export async function updateTasks(tx: Tx, updates: readonly TaskUpdate[], nowMs: number): Promise<void> {
  const done = updates.filter(({ next }) => next.kind === 'done').map(({ taskId }) => taskId);
  if (done.length > 0) await tx('tasks').whereIn('task_id', done.sort()).delete();
  await bulkUpdate(
    tx,
    'tasks',
    'task_id',
    {
      attempts: 'bigint',
      due_at_ms: 'bigint',
      sweep_at_ms: 'bigint',
      claim_token: 'text',
      claimed_until_ms: 'bigint',
    },
    updates.flatMap(({ taskId, next }) =>
      next.kind === 'due'
        ? [
            {
              task_id: taskId,
              attempts: next.attempts,
              due_at_ms: next.atMs,
              sweep_at_ms: sweepAt(next.atMs, nowMs),
              claim_token: null,
              claimed_until_ms: 0,
            },
          ]
        : [],
    ),
  );
  for (const { taskId, next } of updates) {
    if (next.kind !== 'parked') continue;
    await tx('tasks')
      .where({ task_id: taskId })
      .update({ state: 'parked', last_error: next.because, claim_token: null, claimed_until_ms: 0 });
  }
}

/** Keeps claims that are still held for another while; those whose work is done, or that others hold now, stay as they are. */
export async function renewClaims(
  db: Db,
  claimToken: string,
  taskIds: readonly string[],
  untilMs: number,
): Promise<void> {
  await db('tasks')
    .whereIn('task_id', [...taskIds].sort())
    .andWhere('claim_token', claimToken)
    .update({ claimed_until_ms: untilMs, sweep_at_ms: untilMs });
}

/** Gives claims back unused, when a worker stops: somebody else may take them at once. */
export async function releaseClaims(
  db: Db,
  claimToken: string,
  taskIds: readonly string[],
  nowMs: number,
): Promise<void> {
  if (taskIds.length === 0) return;
  await db('tasks')
    .whereIn('task_id', [...taskIds])
    .andWhere('claim_token', claimToken)
    .update({ claim_token: null, claimed_until_ms: 0, sweep_at_ms: nowMs });
}

/**
 * Writes down that working on a task failed (a bug, not an answer): due again later, or parked for an operator when
 * `dueAtMs` is null. Only while the claim is still held.
 */
export async function recordFailure(
  db: Db,
  failure: { taskId: string; claimToken: string; attempts: number; dueAtMs: number | null; error: string },
): Promise<void> {
  await db('tasks')
    .where({ task_id: failure.taskId, claim_token: failure.claimToken })
    .update({
      state: failure.dueAtMs === null ? 'parked' : 'ready',
      attempts: failure.attempts,
      last_error: failure.error.slice(0, 300),
      claim_token: null,
      claimed_until_ms: 0,
      ...(failure.dueAtMs === null ? {} : { due_at_ms: failure.dueAtMs, sweep_at_ms: failure.dueAtMs }),
    });
}

/** Tasks that are due and were not sent, or sent and not claimed, or claimed and given up: to be sent now. */
export async function sweepTasks(db: Db, nowMs: number): Promise<Pick<Task, 'taskId' | 'topic'>[]> {
  // Looked for without locks: a locking read of a range also locks the row after it, and a claim would skip that one.
  const found = await db('tasks')
    .where('state', 'ready')
    .andWhere('sweep_at_ms', '<=', nowMs)
    .orderBy('sweep_at_ms')
    .limit(SWEEP_BATCH)
    .pluck('task_id');
  if (found.length === 0) return [];
  return transact(db, async (tx) => {
    const rows = (await lockTasks(tx, found)).filter(
      (row) => row.state === 'ready' && toInt(row.sweep_at_ms) <= nowMs,
    );
    if (rows.length === 0) return [];
    await tx('tasks')
      .whereIn(
        'task_id',
        rows.map((row) => row.task_id),
      )
      .update({ sweep_at_ms: nowMs + RESEND_AFTER_MS });
    return rows.map((row) => ({ taskId: row.task_id, topic: row.topic }));
  });
}

/** Locks those of the tasks that nobody else has locked. By their ids alone, so that no other row is touched. */
function lockTasks(tx: Tx, taskIds: readonly string[]) {
  return tx('tasks')
    .whereIn('task_id', [...taskIds].sort())
    .orderBy('task_id')
    .forUpdate()
    .skipLocked();
}

/** Parked tasks, oldest first, for an operator. */
export async function listParkedTasks(db: Db, limit: number): Promise<ParkedTask[]> {
  const rows = await db('tasks').where('state', 'parked').orderBy('sweep_at_ms').limit(limit);
  return rows.map((row) => ({
    taskId: row.task_id,
    topic: row.topic,
    attempts: toInt(row.attempts),
    dueAtMs: toInt(row.due_at_ms),
    lastError: row.last_error,
    createdAtMs: toInt(row.created_at_ms),
  }));
}

/** Puts a parked task back to work, due now; null when it is not parked. */
export async function resumeTask(db: Db | Tx, taskId: string, nowMs: number): Promise<Task | null> {
  const count = await db('tasks')
    .where({ task_id: taskId, state: 'parked' })
    .update({ state: 'ready', attempts: 0, due_at_ms: nowMs, sweep_at_ms: nowMs + RESEND_AFTER_MS });
  if (count === 0) return null;
  const row = await db('tasks').where({ task_id: taskId }).first('topic');
  return row ? { taskId, topic: row.topic, dueAtMs: nowMs } : null;
}

/** How many tasks wait: for metrics and the operators' page. */
export async function countTasks(db: Db): Promise<{ state: string; topic: string; count: number }[]> {
  const rows: Record<string, unknown>[] = await db('tasks')
    .select('state', 'topic')
    .count({ count: '*' })
    .groupBy('state', 'topic');
  return rows.map((row) => ({ state: String(row.state), topic: String(row.topic), count: toInt(row.count) }));
}
