import type { Logger } from '../contract/index.ts';
import type { Db } from '../infra/db/index.ts';
import { sweepTasks } from '../infra/outbox/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { TaskSender } from './task-sender.ts';

const SWEEP_EVERY_MS = 500;

/**
 * Sends what is due and was not sent, or was sent and lost: tasks whose time has come, claims of workers that died,
 * everything after the queue's store was emptied. Every worker sweeps; rows that another holds are skipped.
 */
export class Sweeper {
  private readonly db: Db;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly sender: TaskSender;
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(db: Db, clock: Clock, log: Logger, sender: TaskSender) {
    this.db = db;
    this.clock = clock;
    this.log = log;
    this.sender = sender;
  }

  start(): void {
    this.timer = setTimeout(() => {
      this.sweeping = this.sweep().then(() => {
        if (!this.stopped) this.start();
      });
    }, SWEEP_EVERY_MS);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.sweeping;
  }

  private async sweep(): Promise<void> {
    try {
      const tasks = await sweepTasks(this.db, this.clock.nowMs());
      for (const topic of new Set(tasks.map((task) => task.topic))) {
        this.sender.send(
          topic,
          tasks.filter((task) => task.topic === topic).map((task) => task.taskId),
        );
      }
    } catch (error) {
      // The database is away: the next sweep finds everything where it was.
      this.log.warn('the sweep failed and will be repeated', { error });
    }
  }
}
