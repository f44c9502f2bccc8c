import type { Logger } from '../contract/index.ts';
import type { Db } from '../infra/db/index.ts';
import {
  type ClaimedTask,
  claimTasks,
  recordFailure,
  releaseClaims,
  renewClaims,
} from '../infra/outbox/index.ts';
import type { QueueFactory, WorkerHandle } from '../infra/queue/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId, randomShardHint } from '../kernel/ids.ts';
import { waitAfterFailureMs } from './task.rules.ts';
import type { TaskJob } from './task-sender.ts';

/**
 * A claim that was not renewed for so long belongs to a dead worker: as long as a heartbeat may be missing. Should its
 * holder live after all, the version of what it works on keeps it from writing twice.
 */
const LEASE_MS = 10_000;
const RENEW_EVERY_MS = 3_000;
/** Jobs in hand at once; each may carry many tasks, and the gateway holds the calls to every connection's limits. */
const JOBS_AT_ONCE = 16;

/**
 * A job is done with when its tasks are, or after this long: what then is still under way (an agency that hangs) goes on without it,
 * so that it takes no other's place.
 */
const JOB_MS = 250;
/** Tasks that may go on without their job; beyond them jobs wait. */
const MAX_LEFT_BEHIND = 2_000;

/** Works on one topic's tasks. Settles each for itself; what rejects is a failure of ours, and is tried again. */
export type TaskHandler = (tasks: readonly ClaimedTask[]) => Promise<PromiseSettledResult<unknown>[]>;

interface TaskWorkerDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  queues: QueueFactory;
}

/** Claims the tasks that a job names, hands them to their topic's handler, and writes down what failed. */
export class TaskWorker {
  private readonly deps: TaskWorkerDeps;
  private readonly topic: string;
  private readonly handle: TaskHandler;
  private worker: WorkerHandle | null = null;
  private stopping = false;
  /** What goes on without its job, and how many tasks that are. */
  private readonly leftBehind = new Set<Promise<void>>();
  private tasksLeftBehind = 0;

  constructor(deps: TaskWorkerDeps, topic: string, handle: TaskHandler) {
    this.deps = deps;
    this.topic = topic;
    this.handle = handle;
  }

  start(): void {
    this.worker = this.deps.queues.openWorker<TaskJob>(
      this.topic,
      (job) => this.work(job.taskIds),
      JOBS_AT_ONCE,
    );
  }

  /** Takes nothing more, and waits for what is in hand. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.worker?.close();
    await Promise.all(this.leftBehind);
  }

  private async work(taskIds: readonly string[]): Promise<void> {
    const { db, clock } = this.deps;
    const claimToken = newId('clm', clock.nowMs(), randomShardHint());
    const tasks = await claimTasks(db, taskIds, { claimToken, leaseMs: LEASE_MS, nowMs: clock.nowMs() });
    if (tasks.length === 0) return;
    if (this.stopping) {
      await releaseClaims(
        db,
        claimToken,
        tasks.map((task) => task.taskId),
        clock.nowMs(),
      );
      return;
    }
    await this.untilJobIsOver(this.carryOut(claimToken, tasks), tasks.length);
  }

  private async carryOut(claimToken: string, tasks: readonly ClaimedTask[]): Promise<void> {
    const results = await this.holding(claimToken, tasks, () => this.handle(tasks));
    for (const [index, task] of tasks.entries()) {
      const result = results[index];
      if (result?.status === 'rejected') await this.fail(task, claimToken, result.reason);
    }
  }

  /** Waits for work, but not for what hangs: its claims are held as before, and are swept up should we die. */
  private async untilJobIsOver(work: Promise<void>, taskCount: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const isDone = work.then(() => true);
    const isOver = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, JOB_MS, false);
    });
    const done = await Promise.race([isDone, isOver]).finally(() => clearTimeout(timer));
    if (done || this.tasksLeftBehind + taskCount > MAX_LEFT_BEHIND) {
      await work;
      return;
    }
    this.tasksLeftBehind += taskCount;
    const rest = work
      .catch((error: unknown) => this.deps.log.error('a job failed', { topic: this.topic, error }))
      .finally(() => {
        this.tasksLeftBehind -= taskCount;
        this.leftBehind.delete(rest);
      });
    this.leftBehind.add(rest);
  }

  /** Renews the claims while `work` runs: a call may take longer than a lease. */
  private async holding<T>(
    claimToken: string,
    tasks: readonly ClaimedTask[],
    work: () => Promise<T>,
  ): Promise<T> {
    const { db, clock, log } = this.deps;
    const taskIds = tasks.map((task) => task.taskId);
    const renewing = setInterval(() => {
      renewClaims(db, claimToken, taskIds, clock.nowMs() + LEASE_MS).catch((error: unknown) => {
        log.warn('claims on tasks could not be renewed', { error });
      });
    }, RENEW_EVERY_MS);
    try {
      return await work();
    } finally {
      clearInterval(renewing);
    }
  }

  private async fail(task: ClaimedTask, claimToken: string, error: unknown): Promise<void> {
    const attempts = task.attempts + 1;
    const waitMs = waitAfterFailureMs(attempts, Math.random());
    const name =
      error instanceof Error ? `${error.name}: ${error.message}` : 'something that is not an error';
    this.deps.log.error(waitMs === null ? 'a task keeps failing and is parked' : 'a task failed', {
      taskId: task.taskId,
      topic: task.topic,
      attempts,
      error,
    });
    await recordFailure(this.deps.db, {
      taskId: task.taskId,
      claimToken,
      attempts,
      dueAtMs: waitMs === null ? null : this.deps.clock.nowMs() + waitMs,
      error: name,
    });
  }
}
