import type { Logger } from '../contract/index.ts';
import type { QueueFactory, QueueHandle } from '../infra/queue/index.ts';

/** What a BullMQ job carries: ids of outbox tasks, and nothing about anybody. */
export interface TaskJob {
  taskIds: readonly string[];
}

/** Tasks a job carries at most: what one worker claims, calls and commits together. */
const TASKS_PER_JOB = 200;

/**
 * Sends tasks to BullMQ, right after the commit that made them. What cannot be sent now (the queue's store is away) is
 * not lost: the sweeper sends it later.
 */
export class TaskSender {
  private readonly queues: ReadonlyMap<string, QueueHandle<TaskJob>>;
  private readonly log: Logger;
  private sending = new Set<Promise<void>>();

  constructor(factory: QueueFactory, topics: readonly string[], log: Logger) {
    this.queues = new Map(topics.map((topic) => [topic, factory.openQueue<TaskJob>(topic)]));
    this.log = log;
  }

  /** BullMQ's queues, for Bull Board and for metrics. */
  get handles(): readonly QueueHandle<TaskJob>[] {
    return [...this.queues.values()];
  }

  /** Sends without waiting: whoever committed has an answer to give. */
  send(topic: string, taskIds: readonly string[]): void {
    const queue = this.queues.get(topic);
    if (!queue) throw new RangeError(`no queue for the topic ${topic}`);
    for (let start = 0; start < taskIds.length; start += TASKS_PER_JOB) {
      const sent = queue
        .add({ taskIds: taskIds.slice(start, start + TASKS_PER_JOB) })
        .catch((error: unknown) => {
          this.log.warn('tasks could not be sent now; the sweeper will send them', { topic, error });
        });
      this.sending.add(sent);
      void sent.finally(() => this.sending.delete(sent));
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.sending]);
    await Promise.allSettled(this.handles.map((queue) => queue.close()));
  }
}
