import { createVault, type Vault } from '../src/infra/crypto/index.ts';
import { type Db, openDb } from '../src/infra/db/index.ts';
import { QueueFactory } from '../src/infra/queue/index.ts';
import { ReconciliationFlow, ReconciliationWorker } from '../src/jobs/index.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { findBatch, listBatches } from '../src/reconciliation/batches/batches.repo.ts';
import type { Fence } from '../src/reconciliation/batches/fence.ts';
import { type BatchFlow, createBatchFlow, type MatchRow } from '../src/reconciliation/index.ts';
import { findStatement } from '../src/reconciliation/intake/statements.repo.ts';
import { ReconciledSource } from '../test/support/reconciled-batches.ts';
import { against, type Bench } from './support/bench.types.ts';
import { withDatabase } from './support/servers.ts';
import { median, secondsOf } from './support/statistics.ts';

const DATE = '2026-03-02';
const SOURCES = 4;
const ROUNDS = 3;
/** What a worker has in hand at once. */
const AT_ONCE = 2;
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const VAULT_KEY = Buffer.alloc(32, 7).toString('base64');

/**
 * BullMQ's share: batches matched, resolved and reported by flows on Redis through a worker, against the same work on other batches
 * of the same rows in one process without queues. From statements that lie in the database to everything done.
 */
const bench: Bench = {
  name: 'reconciliation-queue',
  run: ({ isQuick, servers, note }) =>
    withDatabase(servers, async (databaseUrl) => {
      const rowsEach = isQuick ? 10_000 : 60_000;
      const db = openDb({ url: databaseUrl, poolMax: 10 });
      const vault = createVault({ current: 'k', keys: { k: VAULT_KEY }, indexKey: VAULT_KEY });
      const store = { kind: 'redis', url: servers.redisUrl, prefix: '{bench-reconciliation}' } as const;
      try {
        const seconds: { queue: number[]; plain: number[] } = { queue: [], plain: [] };
        for (let round = 0; round <= ROUNDS; round++) {
          const plain = await Day.make(db, vault, `plain${round}`, rowsEach);
          const queued = await Day.make(db, vault, `queue${round}`, rowsEach);
          const took = {
            plain: await secondsOf(() => plain.inOneProcess()),
            queue: await queued.onTheQueue(store),
          };
          // The first warms up both.
          if (round === 0) continue;
          seconds.plain.push(took.plain);
          seconds.queue.push(took.queue);
          note(`round ${round}: ${took.queue.toFixed(2)} s / ${took.plain.toFixed(2)} s`);
        }
        const rates = (all: number[]) => median(all.map((each) => (2 * SOURCES * rowsEach) / each));
        const batches = await listBatches(db, DATE);
        const digests: string[] = await db('reconciliation_runs').distinct('digest').pluck('digest');
        return [
          against({
            name: `${SOURCES} batches of ${rowsEach} × ${rowsEach} rows as flows of BullMQ, against one process without queues`,
            value: rates(seconds.queue),
            limit: rates(seconds.plain),
            unit: 'rows/s',
            target: 0.95,
            correct: batches.every(({ state }) => state === 'done') && digests.length === 1,
          }),
        ];
      } finally {
        await db.destroy();
      }
    }),
};

export default bench;

/** A date of some sources, whose statements are in the database. */
class Day {
  private readonly sources: ReconciledSource[];
  private readonly flow: BatchFlow;

  private constructor(db: Db, sources: ReconciledSource[]) {
    this.sources = sources;
    this.flow = flowOf(db, sources);
  }

  static async make(db: Db, vault: Vault, name: string, rowCount: number): Promise<Day> {
    const sources: ReconciledSource[] = [];
    for (let number = 0; number < SOURCES; number++) {
      const source = await ReconciledSource.open({ db, vault }, `${name}-${number}`);
      const fence = await source.claim(DATE);
      await source.write(fence, 'ours', rowsOf(rowCount));
      await source.write(fence, 'theirs', rowsOf(rowCount));
      sources.push(source);
    }
    return new Day(db, sources);
  }

  async inOneProcess(): Promise<void> {
    const left = [...this.keys()];
    const workOff = async () => {
      for (let key = left.shift(); key; key = left.shift()) {
        while ((await this.flow.steps.run(key)) !== null);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, workOff));
  }

  /** Seconds from sending to the last one done; starting the worker is not among them. */
  async onTheQueue(store: ConstructorParameters<typeof QueueFactory>[0]): Promise<number> {
    const { steps, batches, reports } = this.flow;
    const queues = new QueueFactory(store, () => {});
    const queue = new ReconciliationFlow(queues, QUIET);
    let left = SOURCES;
    let allDone = () => {};
    const done = new Promise<void>((resolve) => {
      allDone = resolve;
    });
    const worker = new ReconciliationWorker(
      queues,
      queue,
      {
        runPhase: async (key, phase) => {
          const change = await steps.run(key, phase);
          if (change?.state === 'done' && --left === 0) allDone();
        },
        reportDay: (date) => reports.writeOfDay(date),
        plan: async () => {},
        takeNudges: async () => ({ batches: [], days: [] }),
        abandon: () => {},
      },
      QUIET,
    );
    worker.start();
    const due = await Promise.all([...this.keys()].map((key) => batches.get(key)));
    await queue.handle.queue.waitUntilReady();
    try {
      return await secondsOf(async () => {
        queue.send(due);
        await done;
      });
    } finally {
      await worker.stop();
      await queue.close();
    }
  }

  private *keys() {
    for (const { source } of this.sources) yield { sourceId: source.sourceId, businessDate: DATE };
  }
}

function flowOf(db: Db, sources: readonly ReconciledSource[]): BatchFlow {
  const find = (sourceId: string) => {
    const found = sources.find(({ source }) => source.sourceId === sourceId);
    if (!found) throw new RangeError('no such source');
    return found;
  };
  const statementOf = async (fence: Fence, side: 'oursId' | 'theirsId') => {
    const statement = await findStatement(db, (await findBatch(db, fence))?.[side] ?? '');
    if (!statement) throw new RangeError('it was written before');
    return statement;
  };
  const fetch = async (fence: Fence) =>
    ({ kind: 'accepted', statement: await statementOf(fence, 'theirsId') }) as const;
  return createBatchFlow({
    db,
    clock: systemClock,
    log: QUIET,
    sources: {
      list: async () => sources.map(({ source }) => source),
      get: async (sourceId) => find(sourceId).source,
    },
    intake: { fetch, take: fetch, makeSheet: (fence) => statementOf(fence, 'oursId') },
    runs: {
      get: (runId) => sources[0]?.runs.get(runId) ?? Promise.reject(new RangeError('no sources')),
      match: (fence, input, onProgress, signal) =>
        find(fence.sourceId).runs.match(fence, input, onProgress, signal),
    },
    resolve: async () => {},
    settle: async () => {},
    send: () => {},
  });
}

/** Payments that both sides know. */
function rowsOf(count: number): MatchRow[] {
  return Array.from({ length: count }, (_, index) => ({
    line: index + 1,
    ref: `pay_${String(index).padStart(26, '0')}`,
    channelRef: `B${String(index).padStart(15, '0')}`,
    amountMinor: 1_000 + (index % 5_000),
    currency: 'CNY',
    bookedOn: DATE,
  }));
}
