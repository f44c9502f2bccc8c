import type { Logger } from '../contract/index.ts';
import type { QueueFactory, WorkerHandle } from '../infra/queue/index.ts';
import type { Batch, BatchKey, BatchPhase } from '../reconciliation/index.ts';
import {
  RECONCILIATION_QUEUE,
  type ReconciliationFlow,
  type ReconciliationJob,
} from './reconciliation-flow.ts';

/** Batches in hand at once, each with statements of up to millions of rows. */
const JOBS_AT_ONCE = 2;
const WATCH_EVERY_MS = 1_000;
const LOOK_EVERY_MS = 60_000;

interface ReconciliationParts {
  /** Carries a phase out, if it is what comes next. */
  runPhase(key: BatchKey, phase: BatchPhase): Promise<unknown>;
  reportDay(businessDate: string): Promise<void>;
  /** Plans the dates that have come. */
  plan(): Promise<unknown>;
  takeNudges(): Promise<{ batches: readonly Batch[]; days: readonly string[] }>;
  /** Ends what is under way; others go on with it. */
  abandon(): void;
}

/**
 * Works on the jobs of reconciliation, and watches: what should run and does not (the queue's store was emptied, a worker died) is
 * sent again, and dates are planned even if BullMQ's scheduler has fallen silent. Every worker does so.
 */
export class ReconciliationWorker {
  private readonly queues: QueueFactory;
  private readonly flow: ReconciliationFlow;
  private readonly parts: ReconciliationParts;
  private readonly log: Logger;
  private worker: WorkerHandle | null = null;
  private timer: NodeJS.Timeout | undefined;
  private watching: Promise<void> = Promise.resolve();
  private isStopped = false;
  private plannedAtMs = Number.NEGATIVE_INFINITY;

  constructor(queues: QueueFactory, flow: ReconciliationFlow, parts: ReconciliationParts, log: Logger) {
    this.queues = queues;
    this.flow = flow;
    this.parts = parts;
    this.log = log;
  }

  start(): void {
    const work = (job: ReconciliationJob) => this.work(job);
    this.worker = this.queues.openWorker<ReconciliationJob>(RECONCILIATION_QUEUE, work, JOBS_AT_ONCE);
    this.flow.handle.addEvery(LOOK_EVERY_MS, 'look', { kind: 'look' }).catch((error: unknown) => {
      this.log.warn('the scheduler could not be set; the watchdog looks instead', { error });
    });
    this.watchSoon();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.watching;
    this.parts.abandon();
    await this.worker?.close();
  }

  private async work(job: ReconciliationJob): Promise<void> {
    switch (job.kind) {
      case 'phase':
        await this.parts.runPhase(job, job.phase);
        return;
      case 'day':
        return this.parts.reportDay(job.businessDate);
      case 'look':
        return this.plan();
    }
  }

  private watchSoon(): void {
    this.timer = setTimeout(() => {
      this.watching = this.watch().then(() => {
        if (!this.isStopped) this.watchSoon();
      });
    }, WATCH_EVERY_MS);
  }

  private async watch(): Promise<void> {
    try {
      // The scheduler's job is the usual way; this is for when none has come.
      if (performance.now() - this.plannedAtMs > 1.5 * LOOK_EVERY_MS) await this.plan();
      const { batches, days } = await this.parts.takeNudges();
      this.flow.send(batches);
      for (const businessDate of days) this.flow.sendDay(businessDate);
    } catch (error) {
      this.log.warn('the watch over reconciliation failed and will be repeated', { error });
    }
  }

  private async plan(): Promise<void> {
    await this.parts.plan();
    this.plannedAtMs = performance.now();
  }
}
