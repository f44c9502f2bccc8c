import { setTimeout as sleep } from 'node:timers/promises';
import { auditBooks } from '../faults/books.ts';
import { Door } from '../faults/people.ts';
import { FINAL } from '../faults/rest.ts';
import type { World } from '../faults/world.ts';
import { findProgram } from '../support/servers.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { Residents } from './residents.ts';

const RESIDENTS = 12;
/** Payments acknowledged between one blow and the next. */
const BETWEEN_BLOWS = 12;
const REST_WITHIN_MS = 240_000;
const TEST_TIMEOUT_MS = 600_000;

/** It kills its own MariaDB and Redis, so it can't use those of the run. */
const canRun =
  findProgram('mariadbd', 'mysqld') !== null && findProgram('redis-server', 'valkey-server') !== null;

(canRun ? describe : describe.skip)('three servers and three workers behind a balancer', () => {
  let cluster: Cluster;
  let residents: Residents;

  beforeAll(async () => {
    cluster = await startCluster();
    residents = new Residents(cluster.power);
    const door = new Door(worldOf(cluster));
    const people = await Promise.all(Array.from({ length: RESIDENTS }, () => door.resident()));
    residents.start(people);
  }, TEST_TIMEOUT_MS);
  afterAll(() => cluster?.stop(), TEST_TIMEOUT_MS);

  it(
    'lose nothing that was acknowledged when one of each is killed under load',
    async () => {
      const [server] = cluster.servers;
      const [worker] = cluster.workers;
      await residents.pay(BETWEEN_BLOWS);
      await server?.kill();
      await residents.pay(BETWEEN_BLOWS);
      await worker?.kill();
      await residents.pay(BETWEEN_BLOWS);
      await Promise.all([server?.start(), worker?.start()]);
      await cluster.redis.restart();
      await residents.pay(BETWEEN_BLOWS);
      await cluster.mariaDb.restart();
      await residents.pay(BETWEEN_BLOWS);
      await residents.stop();
      await untilRest(cluster);
      const { totals, violations } = await auditBooks(worldOf(cluster), residents.orders);
      // What a server did not expect is a bug, whatever was killed.
      const surprises = cluster.servers.flatMap((one) => one.logged('unexpected error'));
      expect([...violations, ...residents.wrongAnswers, ...surprises]).toEqual([]);
      expect(totals.byStatus).toEqual({ posted: residents.orders.length });
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'take requests in turn, those that came back too',
    async () => {
      const { balancer } = cluster;
      await balancer.untilAllUp();
      const before = balancer.answered;
      for (let request = 0; request < 30; request++) await fetch(`${balancer.url}/livez`);
      const shares = balancer.answered.map((count, index) => count - (before[index] ?? 0));
      expect(Math.min(...shares)).toBeGreaterThan(0);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(30);
    },
    TEST_TIMEOUT_MS,
  );

  it('stop in good order when they are asked to', async () => {
    const members = [...cluster.servers, ...cluster.workers];
    expect(await Promise.all(members.map((member) => member.stop()))).toEqual(members.map(() => 0));
  });
});

/** What the books and the door of the fault harness look at is all here; the rest of a world is not. */
function worldOf({ db, vault, bank, power, balancer }: Cluster): World {
  return { db, vault, bank, power, server: { url: balancer.url } } as World;
}

/** Nobody helps: leases run out, unknown outcomes are asked about, as in production. */
async function untilRest({ db }: Cluster): Promise<void> {
  const deadline = performance.now() + REST_WITHIN_MS;
  for (;;) {
    const open = await db('payments').select('payment_id', 'status').whereNotIn('status', FINAL);
    const tasks = await db('tasks').select('task_id', 'state', 'attempts', 'last_error');
    if (open.length === 0 && tasks.length === 0) return;
    if (performance.now() > deadline) throw new Error(`not at rest: ${JSON.stringify({ open, tasks })}`);
    await sleep(200);
  }
}
