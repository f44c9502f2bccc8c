import { plainBatchWork } from '../../test/support/plain-batch-work.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { QueueFactory } from '../infra/queue/index.ts';
import { systemClock } from '../kernel/clock.ts';
import {
  type BatchFlow,
  type BatchFlowDeps,
  createBatchFlow,
  type StatementSource,
} from '../reconciliation/index.ts';
import { sourceSettingsSchema } from '../reconciliation/intake/intake.types.ts';
import { ReconciliationFlow } from './reconciliation-flow.ts';
import { ReconciliationWorker } from './reconciliation-worker.ts';

const QUIET = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const CUT_OFF = { timeZone: 'Asia/Shanghai', cutOff: '00:00' };

/** Three dates of two sources, all over long ago but for the last. */
const DAYS_AGO = [2, 1, 0].map((days) => new Date(Date.now() + 8 * 3_600_000 - days * 86_400_000));
const DATES = DAYS_AGO.map((day) => day.toISOString().slice(0, 10));

/** Sources of each test's own: runs and reports cannot be deleted between tests. */
const sourcesOf = (test: string): StatementSource[] =>
  (['channel', 'agency'] as const).map((role) => ({
    sourceId: `${test}-${role}`,
    role,
    currency: 'CNY',
    cutOff: CUT_OFF,
    beganOn: DATES[0] ?? '',
    settings: sourceSettingsSchema.parse({}),
  }));

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
}

describeOnBothStacks('reconciliation on the queue', (stack) => {
  const running: { stop(): Promise<void> }[] = [];
  let sources: StatementSource[] = [];
  let tests = 0;
  beforeEach(() => {
    sources = sourcesOf(`test${++tests}`);
  });

  /** A worker of its own, as one process runs it. */
  function startWorker(work: Partial<BatchFlowDeps> = {}): BatchFlow & { queue: ReconciliationFlow } {
    const { db } = stack();
    const queues = new QueueFactory(stack().queue, () => {});
    const queue = new ReconciliationFlow(queues, QUIET);
    const send: BatchFlowDeps['send'] = (batches) => queue.send(batches);
    const flow = createBatchFlow({
      db,
      clock: systemClock,
      log: QUIET,
      send,
      ...plainBatchWork(db, sources),
      ...work,
    });
    const worker = new ReconciliationWorker(
      queues,
      queue,
      {
        runPhase: (key, phase) => flow.steps.run(key, phase),
        reportDay: (businessDate) => flow.reports.writeOfDay(businessDate),
        plan: () => flow.plan(),
        takeNudges: () => flow.takeNudges(),
        abandon: () => flow.steps.stop(),
      },
      QUIET,
    );
    worker.start();
    running.push({
      stop: async () => {
        await worker.stop();
        await queue.close();
      },
    });
    return { ...flow, queue };
  }

  const batches = () => stack().db('reconciliation_batches').orderBy(['business_date', 'source_id']);
  const areDone = async () => {
    const rows = await batches();
    const over = rows.filter((row) => row.business_date !== DATES[2]);
    return over.length === 4 && over.every((row) => row.state === 'done');
  };

  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
    for (const table of ['reconciliation_batches', 'reconciliation_days']) await stack().db(table).delete();
  });

  it('plans each date up to today, carries out those that are over, once, and reports them', async () => {
    const settled: string[] = [];
    const settle: BatchFlowDeps['settle'] = async ({ sourceId, businessDate }) => {
      settled.push(`${sourceId}/${businessDate}`);
    };
    const { batches: service } = startWorker({ settle });
    startWorker({ settle });
    await until(areDone);
    expect(settled.sort()).toEqual(
      DATES.slice(0, 2)
        .flatMap((date) => sources.map(({ sourceId }) => `${sourceId}/${date}`))
        .sort(),
    );
    const today = (await batches()).filter((row) => row.business_date === DATES[2]);
    expect(today.map(({ state, phase }) => ({ state, phase }))).toEqual([
      { state: 'waiting', phase: 'fetch' },
      { state: 'waiting', phase: 'fetch' },
    ]);
    const [date = ''] = DATES;
    await until(async () => (await service.dayReport(date))?.content.isComplete === true);
    expect((await service.dayReport(date))?.content.lines).toMatchObject([
      { role: 'agency', state: 'done', report: { matchCount: 0 } },
      { role: 'channel', state: 'done' },
    ]);
    const runs = stack().db('reconciliation_runs').where('source_id', 'like', `test${tests}-%`);
    expect(await runs).toHaveLength(4);
  });

  it('tries again what failed, and strands nobody', async () => {
    let failures = 0;
    const { batches: service } = startWorker({
      resolve: async ({ sourceId, businessDate }) => {
        if (sourceId === sources[0]?.sourceId && businessDate === DATES[0] && failures++ < 2)
          throw new Error('it is broken');
      },
    });
    await until(areDone);
    expect(failures).toBe(3);
    await until(async () => (await service.dayReport(DATES[0] ?? ''))?.content.isComplete === true);
  });

  it('goes on when the queue’s store is emptied in the middle', async () => {
    const { queue } = startWorker();
    await until(async () => (await batches()).some((row) => row.phase !== 'fetch'));
    await queue.handle.queue.obliterate({ force: true });
    await until(areDone);
  });

  it('lets a worker that stops hand back what it has in hand', async () => {
    let hasBegun = false;
    const { runs } = plainBatchWork(stack().db, sources);
    startWorker({
      runs: {
        ...runs,
        match: async (_fence, _input, _onProgress, signal) => {
          // Another batch may come here when the worker has been told to stop already.
          signal.throwIfAborted();
          hasBegun = true;
          return new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          });
        },
      },
    });
    await until(async () => hasBegun);
    await running.splice(0)[0]?.stop();
    expect((await batches()).filter((row) => row.state === 'running')).toEqual([]);
    startWorker();
    await until(areDone);
  });
});
