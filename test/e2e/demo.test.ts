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

describe('npm start -- --reset', () => {
  it(
    'forgets everything',
    async () => {
      const dir = mkdtempSync(path.join(os.tmpdir(), 'civicpay-demo-'));
      const dataDir = path.join(dir, 'data');
      const embedded = { DATABASE_URL: undefined, REDIS_URL: undefined };
      const first = await startDemo(dataDir, embedded);
      const secrets = readFileSync(path.join(dataDir, 'secrets.json'), 'utf8');
      const smoke = await runCli(['smoke', '--url', first.url]);
      await first.end('SIGINT');
      const second = await startDemo(dataDir, embedded, ['--reset']);
      const payments = await countPayments(path.join(dataDir, 'environment.json'));
      const secretsAfter = readFileSync(path.join(dataDir, 'secrets.json'), 'utf8');
      await second.end('SIGINT');
      rmSync(dir, { recursive: true, force: true });
      expect({ smoke: smoke.exitCode, payments }).toEqual({ smoke: 0, payments: 0 });
      expect(secretsAfter).not.toBe(secrets);
    },
    TEST_TIMEOUT_MS,
  );

  it('refuses to empty a database that was given to it', async () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'civicpay-demo-'));
    const given = { DATABASE_URL: 'postgres://user@127.0.0.1:1/theirs' };
    const starting = startDemo(path.join(dir, 'data'), given, ['--reset']);
    await expect(starting).rejects.toThrow(/ended with 2[\s\S]*Empty the one in DATABASE_URL yourself/);
    rmSync(dir, { recursive: true, force: true });
  });
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
