import { createPostgresBackend, type FlowJob, FlowProducer, type Job, Queue, Worker } from 'bullmq';

/** Where BullMQ keeps its jobs: beside the data in PostgreSQL, or on Redis. */
export type QueueStore = { kind: 'postgres'; url: string } | { kind: 'redis'; url: string; prefix: string };

/** Queue names may not contain `:`; the hash tag keeps one queue's keys on one node of a Redis Cluster. */
const DEFAULT_JOB_OPTIONS = {
  // A job is only a nudge: the outbox has the truth, so neither retries nor history are worth keeping for long.
  attempts: 3,
  backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
  removeOnComplete: { count: 200 },
  removeOnFail: { count: 1_000 },
} as const;

export interface QueueHandle<Data> {
  readonly name: string;
  /** BullMQ's own object, for Bull Board. */
  readonly queue: Queue;
  add(data: Data): Promise<void>;
  /** Adds such a job again and again from now on, one for all processes that say so under the same id. */
  addEvery(everyMs: number, schedulerId: string, data: Data): Promise<void>;
  close(): Promise<void>;
}

/** A job that waits until its children are done, or have failed. */
export interface FlowNode<Data> {
  /** Shown on Bull Board. */
  name: string;
  data: Data;
  children: readonly FlowNode<Data>[];
}

export interface FlowHandle<Data> {
  /** Adds all jobs of a flow, or none. */
  add(flow: FlowNode<Data>): Promise<void>;
  close(): Promise<void>;
}

export interface WorkerHandle {
  /** Takes no more jobs, waits for those in hand, and disconnects. */
  close(): Promise<void>;
}

/** Opens queues and workers on one store; one API, whichever it is. */
export class QueueFactory {
  private readonly store: QueueStore;
  private readonly onError: (error: Error) => void;

  constructor(store: QueueStore, onError: (error: Error) => void) {
    this.store = store;
    this.onError = onError;
  }

  openQueue<Data>(name: string): QueueHandle<Data> {
    const { store } = this;
    const queue =
      store.kind === 'postgres'
        ? (new Queue(
            name,
            { connection: postgresConnection(store.url), defaultJobOptions: DEFAULT_JOB_OPTIONS },
            createPostgresBackend,
          ) as unknown as Queue)
        : new Queue(name, {
            // A producer fails fast when Redis is away: the sweeper sends later what could not be sent now.
            connection: { url: store.url, maxRetriesPerRequest: 1, enableOfflineQueue: false },
            prefix: store.prefix,
            defaultJobOptions: DEFAULT_JOB_OPTIONS,
          });
    queue.on('error', this.onError);
    return {
      name,
      queue,
      add: async (data) => {
        await queue.add('run', data);
      },
      addEvery: async (everyMs, schedulerId, data) => {
        await queue.upsertJobScheduler(schedulerId, { every: everyMs }, { name: schedulerId, data });
      },
      close: () => queue.close(),
    };
  }

  /** Flows whose jobs are all of one queue. */
  openFlow<Data>(queueName: string): FlowHandle<Data> {
    const { store } = this;
    const producer =
      store.kind === 'postgres'
        ? (new FlowProducer(
            { connection: postgresConnection(store.url) },
            createPostgresBackend,
          ) as unknown as FlowProducer)
        : new FlowProducer({
            connection: { url: store.url, maxRetriesPerRequest: 1, enableOfflineQueue: false },
            prefix: store.prefix,
          });
    producer.on('error', this.onError);
    return {
      add: async (flow) => {
        await producer.add(flowJob(queueName, flow));
      },
      close: () => producer.close(),
    };
  }

  openWorker<Data>(name: string, run: (data: Data) => Promise<void>, concurrency: number): WorkerHandle {
    const { store } = this;
    const processor = (job: Job<Data>) => run(job.data);
    const options = { concurrency, lockDuration: 60_000 };
    const worker =
      store.kind === 'postgres'
        ? (new Worker(
            name,
            processor,
            { ...options, connection: postgresConnection(store.url) },
            createPostgresBackend,
          ) as unknown as Worker)
        : new Worker(name, processor, {
            ...options,
            connection: { url: store.url, maxRetriesPerRequest: null },
            prefix: store.prefix,
          });
    worker.on('error', this.onError);
    return { close: () => worker.close() };
  }
}

function flowJob<Data>(queueName: string, { name, data, children }: FlowNode<Data>): FlowJob {
  return {
    name,
    queueName,
    data,
    // A job that fails has said so in the database; it keeps nobody waiting.
    opts: { ...DEFAULT_JOB_OPTIONS, attempts: 1, ignoreDependencyOnFailure: true },
    children: children.map((child) => flowJob(queueName, child)),
  };
}

/** A schema of its own keeps BullMQ's tables apart from ours; it migrates itself. */
const postgresConnection = (url: string) => ({
  connectionString: url,
  schema: 'bullmq',
  migrate: true,
  max: 4,
});
