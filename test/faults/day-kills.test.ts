import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededDraws } from '../../sandbox/support/fault-plan.ts';
import { transact } from '../../src/infra/db/index.ts';
import { addDays, businessDateOf } from '../../src/kernel/business-date.ts';
import { trialBalance } from '../../src/ledger/index.ts';
import { changeBatch, listBatches } from '../../src/reconciliation/batches/batches.repo.ts';
import { changeByCommand } from '../../src/reconciliation/batches/batches.rules.ts';
import type { Batch } from '../../src/reconciliation/batches/batches.types.ts';
import { suspenseThatDiffers, verifyRun } from '../../src/reconciliation/index.ts';
import { beginOn, onOneDateMs } from '../support/one-date.ts';
import { describeOnBothStacks } from '../support/stacks.ts';
import { groundOf } from './ground.ts';
import { Payers } from './payers.ts';
import { Door } from './people.ts';
import { emptyQueueStore } from './queue-store.ts';
import { comeToRest } from './rest.ts';
import { type Ground, World } from './world.ts';

const TEST_TIMEOUT_MS = 600_000;
const KILLS = 5;
const PAYERS = 3;
/** So many that some of them are posted, whatever the seed. */
const ORDERS = 24;
/** As far as a batch gets in its commits at most before it is killed. */
const MAX_NTH = 40;
const SOURCES = 2;
/** The queue's store is emptied after every so-manyth kill. */
const EMPTY_EVERY = 3;
const DAY = { timeZone: 'Asia/Shanghai', cutOff: '00:00' };

describeOnBothStacks('a day that is reconciled while its worker is killed again and again', (stack) => {
  let ground: Ground;
  let world: World;
  beforeAll(async () => {
    ground = groundOf(stack(), 5);
    world = await World.start(ground);
  }, TEST_TIMEOUT_MS);
  afterAll(() => world.stop());

  /** Of the payments: midnight may pass between the two stacks. */
  let date = '';
  const batches = () => listBatches(world.db, date);

  /** Runs of the same date, asked for at once by two people. */
  const runAllTwice = async (): Promise<void> => {
    const found = await batches();
    await Promise.all([...found, ...found].map((batch) => runAgain(world, batch)));
  };

  it(
    'comes to the same, once',
    async () => {
      const seed = Number(process.env.FAULTS_SEED ?? randomInt(2 ** 31));
      console.info(`FAULTS_SEED=${seed} [${stack().name}]`);
      const draw = seededDraws(seed);
      const paidAtMs = onOneDateMs(Date.now());
      date = businessDateOf(paidAtMs, DAY);
      await moveClocks(world, paidAtMs);
      await payBills(world, seed);
      await beginOn(world.db, date);
      // The noon after, when their files are ready.
      await moveClocks(world, Date.parse(`${addDays(date, 1)}T12:00:00+08:00`));
      await until(async () => (await batches()).length === SOURCES);
      for (let kill = 1; kill <= KILLS; kill++) {
        await runAllTwice();
        await world.worker.dieAt('*', 1 + Math.floor(draw() * MAX_NTH), 5_000);
        if (kill % EMPTY_EVERY === 0) await emptyQueueStore(world, ground);
        await world.worker.start();
      }
      await until(async () => (await batches()).every(({ state }) => state === 'done'));

      const { db, vault } = world;
      const runs = await db('reconciliation_runs').select(
        'run_id',
        'source_id',
        'match_count',
        'break_count',
      );
      expect(runs).toHaveLength(SOURCES);
      for (const run of runs) expect(await verifyRun(db, vault, run.run_id)).toEqual([]);
      expect(runs.every((run) => run.match_count > 0)).toBe(true);
      expect(await suspenseThatDiffers(db)).toEqual([]);
      expect((await trialBalance(db)).balanced).toBe(true);
      const accepted = await db('statements').where({ side: 'theirs', status: 'accepted' });
      expect(accepted).toHaveLength(SOURCES);
      const reports = db('reconciliation_reports').where({ business_date: date, revision: 1 });
      expect((await reports.whereNot({ source_id: '' })).length).toBe(SOURCES);
    },
    TEST_TIMEOUT_MS,
  );
});

async function payBills(world: World, seed: number): Promise<void> {
  const door = new Door(world);
  const people = await Promise.all(Array.from({ length: PAYERS }, () => door.resident()));
  const payers = new Payers(world);
  payers.start(people, seed);
  while (payers.orders.length < ORDERS) await sleep(50);
  await payers.stop();
  expect(await comeToRest(world)).toEqual([]);
}

/** Moves bank and power company to a time. */
async function moveClocks({ bank, power }: World, toMs: number): Promise<void> {
  await bank.call('POST', 'clock', { setToMs: toMs });
  await power.call('POST', 'clock', { nowMs: toMs });
}

/** As `civicpay reconciliation run` does; leaves alone what is being run. */
function runAgain({ db }: World, key: Batch): Promise<unknown> {
  const nowMs = Date.now();
  return transact(db, (tx) =>
    changeBatch(
      tx,
      key,
      (batch) => (batch.state === 'running' ? null : changeByCommand(batch, 'run', nowMs)),
      nowMs,
    ),
  );
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50);
}
