import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import type { Logger } from '../contract/index.ts';
import { transact } from '../infra/db/index.ts';
import {
  addTasks,
  type ClaimedTask,
  claimTasks,
  listParkedTasks,
  resumeTask,
  updateTasks,
} from '../infra/outbox/index.ts';
import { QueueFactory } from '../infra/queue/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { Heartbeat, isAnyWorkerAlive, Sweeper, TaskSender, TaskWorker } from './index.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

describeOnBothStacks('tasks over BullMQ', (stack) => {
  let topic: string;
  let queues: QueueFactory;
  let sender: TaskSender;
  const stops: (() => Promise<unknown>)[] = [];

  beforeEach(() => {
    topic = `topic-${newId('t', Date.now(), 0).slice(-6)}`;
    queues = new QueueFactory(stack().queue, () => {});
    sender = new TaskSender(queues, [topic], silent);
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
    await sender.close();
  });

  const startWorker = (
    handle: (tasks: readonly ClaimedTask[]) => Promise<PromiseSettledResult<unknown>[]>,
  ) => {
    const worker = new TaskWorker({ db: stack().db, clock: systemClock, log: silent, queues }, topic, handle);
    worker.start();
    stops.push(() => worker.stop());
    return worker;
  };
  const startSweeper = () => {
    const sweeper = new Sweeper(stack().db, systemClock, silent, sender);
    sweeper.start();
    stops.push(() => sweeper.stop());
  };
  const add = async (count: number, dueAtMs = Date.now()) => {
    const taskIds = Array.from({ length: count }, () => newId('tsk', Date.now(), 1));
    await transact(stack().db, (tx) =>
      addTasks(
        tx,
        taskIds.map((taskId) => ({ taskId, topic, dueAtMs })),
        Date.now(),
      ),
    );
    return taskIds;
  };
  /** A handler that counts what it worked on and finishes it. */
  const finishing = (worked: string[]) => async (tasks: readonly ClaimedTask[]) => {
    worked.push(...tasks.map((task) => task.taskId));
    await transact(stack().db, (tx) =>
      updateTasks(
        tx,
        tasks.map(({ taskId }) => ({ taskId, next: { kind: 'done' } })),
        Date.now(),
      ),
    );
    return tasks.map(() => ({ status: 'fulfilled' as const, value: null }));
  };
  const until = async (isTrue: () => boolean | Promise<boolean>) => {
    for (let look = 0; look < 4_000; look++) {
      if (await isTrue()) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error('it did not come to pass');
  };

  it('works on each once, however often it is sent', async () => {
    const worked: string[] = [];
    startWorker(finishing(worked));
    const taskIds = await add(450);
    for (let time = 0; time < 3; time++) sender.send(topic, taskIds);
    await until(() => worked.length >= 450);
    await until(async () => (await stack().db('tasks').where({ topic })).length === 0);
    expect([...worked].sort()).toEqual([...taskIds].sort());
  });

  it('finds what was never sent, or was sent into a store that lost it', async () => {
    const worked: string[] = [];
    const taskIds = await add(20);
    sender.send(topic, taskIds);
    await sender.handles[0]?.queue.obliterate({ force: true });
    startWorker(finishing(worked));
    startSweeper();
    await until(() => worked.length >= 20);
    expect([...worked].sort()).toEqual([...taskIds].sort());
  });

  it('works on while more jobs hang than it takes at once, and waits for these when it stops', async () => {
    const worked: string[] = [];
    const finish = finishing(worked);
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const hanging = await add(20);
    let hangingNow = 0;
    const worker = startWorker(async (tasks) => {
      if (tasks.some(({ taskId }) => hanging.includes(taskId))) {
        hangingNow++;
        await released;
      }
      return finish(tasks);
    });
    for (const taskId of hanging) sender.send(topic, [taskId]);
    const others = await add(10);
    sender.send(topic, others);
    await until(() => worked.length >= others.length && hangingNow === hanging.length);
    expect([...worked].sort()).toEqual([...others].sort());
    let hasStopped = false;
    const stopped = worker.stop().then(() => {
      hasStopped = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(hasStopped).toBe(false);
    release();
    await stopped;
    expect(worked).toHaveLength(30);
  });

  it('leaves what is not due yet', async () => {
    const worked: string[] = [];
    startWorker(finishing(worked));
    startSweeper();
    const later = await add(1, Date.now() + 3_600_000);
    const now = await add(1);
    sender.send(topic, [...later, ...now]);
    await until(() => worked.length >= 1);
    expect(worked).toEqual(now);
  });

  it('tries again what failed, and parks what keeps failing until an operator resumes it', async () => {
    const [taskId = ''] = await add(1);
    await stack().db('tasks').where('task_id', taskId).update({ attempts: 7 });
    let isMended = false;
    const worked: string[] = [];
    startWorker(async (tasks) => {
      if (isMended) return finishing(worked)(tasks);
      return tasks.map(() => ({ status: 'rejected' as const, reason: new Error('it is broken') }));
    });
    sender.send(topic, [taskId]);
    await until(async () => (await listParkedTasks(stack().db, 100)).some((task) => task.taskId === taskId));
    const parked = (await listParkedTasks(stack().db, 100)).find((task) => task.taskId === taskId);
    expect(parked).toMatchObject({ attempts: 8, lastError: 'Error: it is broken' });
    isMended = true;
    await resumeTask(stack().db, taskId, Date.now());
    sender.send(topic, [taskId]);
    await until(() => worked.includes(taskId));
    expect(await resumeTask(stack().db, taskId, Date.now())).toBeNull();
  });

  it('waits longer after each failure', async () => {
    const [taskId = ''] = await add(1);
    startWorker(async (tasks) => tasks.map(() => ({ status: 'rejected' as const, reason: new Error('no') })));
    sender.send(topic, [taskId]);
    const row = () => stack().db('tasks').where('task_id', taskId).first();
    await until(async () => (await row()).attempts === 1);
    const { due_at_ms: due, state } = await row();
    expect(state).toBe('ready');
    expect(Number(due)).toBeGreaterThan(Date.now() - 1_000);
  });

  it('lets a stopping worker finish what it has in hand', async () => {
    let release: () => void = () => {};
    const inHand = new Promise<void>((resolve) => {
      release = resolve;
    });
    const worked: string[] = [];
    let hasBegun = false;
    const worker = startWorker(async (tasks) => {
      hasBegun = true;
      await inHand;
      return finishing(worked)(tasks);
    });
    const taskIds = await add(3);
    sender.send(topic, taskIds);
    await until(() => hasBegun);
    const stopped = worker.stop();
    release();
    await stopped;
    expect([...worked].sort()).toEqual([...taskIds].sort());
  });

  it('keeps its claims while it works, however long that takes', async () => {
    let release: () => void = () => {};
    const inHand = new Promise<void>((resolve) => {
      release = resolve;
    });
    const worked: string[] = [];
    startWorker(async (tasks) => {
      await inHand;
      return finishing(worked)(tasks);
    });
    const [taskId = ''] = await add(1);
    sender.send(topic, [taskId]);
    const claimedUntilMs = async () =>
      Number((await stack().db('tasks').where('task_id', taskId).first()).claimed_until_ms);
    await until(async () => (await claimedUntilMs()) > 0);
    const firstMs = await claimedUntilMs();
    await until(async () => (await claimedUntilMs()) > firstMs);
    release();
    await until(() => worked.includes(taskId));
  });

  it('takes over what a dead worker had claimed', async () => {
    const [taskId = ''] = await add(1);
    const dead = { claimToken: newId('clm', 1, 0), leaseMs: 1_000, nowMs: Date.now() };
    expect(await claimTasks(stack().db, [taskId], dead)).toHaveLength(1);
    const worked: string[] = [];
    startWorker(finishing(worked));
    startSweeper();
    await until(() => worked.includes(taskId));
    expect(Date.now()).toBeGreaterThanOrEqual(dead.nowMs + dead.leaseMs);
  });

  it('says whether any worker is alive', async () => {
    const { db } = stack();
    const clock = new TestClock();
    expect(await isAnyWorkerAlive(db, clock.nowMs())).toBe(false);
    const heartbeat = new Heartbeat(db, clock);
    await heartbeat.start();
    expect(await isAnyWorkerAlive(db, clock.nowMs())).toBe(true);
    expect(await isAnyWorkerAlive(db, clock.nowMs() + 60_000)).toBe(false);
    await heartbeat.stop();
    expect(await isAnyWorkerAlive(db, clock.nowMs())).toBe(false);
  });
});
