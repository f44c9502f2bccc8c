import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openDb, toInt } from '../../src/infra/db/index.ts';
import { type RunningDemo, runCli, startDemo, untilAllClosed } from '../support/demo.ts';
import { describeOnBothStacks } from '../support/stacks.ts';

const TEST_TIMEOUT_MS = 300_000;

describeOnBothStacks('npm start', (stack) => {
  let dataDir = '';
  let demo: RunningDemo | undefined;

  beforeAll(() => {
    // Enough for PostgreSQL's user to find the way, when we are root.
    dataDir = path.join(mkdtempSync(path.join(os.tmpdir(), 'civicpay-demo-')), 'data');
  });
  afterAll(async () => {
    await demo?.end('SIGTERM');
    rmSync(path.dirname(dataDir), { recursive: true, force: true });
  });

  const environment = () => {
    const { name, databaseUrl, queue } = stack();
    if (name === 'embedded') return { DATABASE_URL: undefined, REDIS_URL: undefined };
    return { DATABASE_URL: databaseUrl, REDIS_URL: queue.url };
  };

  it(
    'starts from nothing, and a resident pays a bill',
    async () => {
      demo = await startDemo(dataDir, environment());
      const smoke = await runCli(['smoke', '--json', '--url', demo.url]);
      expect({ exitCode: smoke.exitCode, report: JSON.parse(smoke.stdout) }).toMatchObject({
        exitCode: 0,
        report: { ok: true },
      });
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'is found healthy by the doctor',
    async () => {
      const settings = JSON.parse(readFileSync(path.join(dataDir, 'environment.json'), 'utf8'));
      const doctor = await runCli(['doctor', '--json'], settings);
      const { findings } = JSON.parse(doctor.stdout) as { findings: { name: string; status: string }[] };
      // A database for tests is not set up to survive a power cut, and the doctor says so.
      const wrong = findings.filter(({ status }) => status === 'wrong' || status === 'unreachable');
      expect(wrong.map(({ name }) => name)).toEqual(stack().name === 'mysql' ? ['durability'] : []);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'stops everything it started, and the next start goes on with the same data',
    async () => {
      const first = demo;
      const exitCode = await first?.end('SIGTERM');
      await untilAllClosed(first?.addresses ?? []);
      demo = await startDemo(dataDir, environment());
      expect(exitCode).toBe(0);
      expect(await countPayments(path.join(dataDir, 'environment.json'))).toBe(1);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'leaves nothing running when it is killed outright',
    async () => {
      const killed = demo;
      demo = undefined;
      await killed?.end('SIGKILL');
      await expect(untilAllClosed(killed?.addresses ?? [])).resolves.toBeUndefined();
    },
    TEST_TIMEOUT_MS,
  );
});

/** In the database of the running demo. */
async function countPayments(environmentFile: string): Promise<number> {
  const { DATABASE_URL } = JSON.parse(readFileSync(environmentFile, 'utf8')) as { DATABASE_URL: string };
  const db = openDb({ url: DATABASE_URL, poolMax: 1 });
  try {
    const [row] = await db('payments').count({ total: '*' });
    return toInt(row?.total);
  } finally {
    await db.destroy();
  }
}
