import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import getPort from 'get-port';
import pg from 'pg';
import { type EmbeddedPostgres, ensurePostgresDatabase, startEmbeddedPostgres } from './embedded-postgres.ts';

const TEST_TIMEOUT_MS = 120_000;

describe('embedded PostgreSQL', () => {
  let dir = '';
  let running: EmbeddedPostgres | undefined;

  beforeAll(() => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'civicpay-postgres-'));
    // PostgreSQL's user must find the way when we are root.
    chmodSync(dir, 0o711);
  });
  afterEach(() => running?.stop());
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const start = async (changes: { isDurable?: boolean; password?: string } = {}) => {
    running = await startEmbeddedPostgres({
      dataDir: path.join(dir, 'postgres'),
      fallbackDir: path.join(dir, 'open'),
      port: await getPort(),
      password: changes.password ?? 'a p/ss:word@?',
      isDurable: changes.isDurable ?? false,
      logFile: path.join(dir, 'postgres.log'),
      note: () => {},
    });
    return running;
  };

  it(
    'keeps its data from one start to the next',
    async () => {
      const first = await start();
      await ensurePostgresDatabase(first.urlOf('postgres'), 'civicpay');
      await ask(first.urlOf('civicpay'), 'create table kept (id int)');
      await first.stop();
      const second = await start();
      await ensurePostgresDatabase(second.urlOf('postgres'), 'civicpay');
      expect(await ask(second.urlOf('civicpay'), 'select * from kept')).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'flushes every commit to disk where it is to be durable',
    async () => {
      const { urlOf } = await start({ isDurable: true });
      const rows = await ask(
        urlOf('postgres'),
        "select setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')",
      );
      expect(rows).toEqual([{ setting: 'on' }, { setting: 'on' }, { setting: 'on' }]);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'starts where an earlier life was cut off, even if its process id is somebody else’s now',
    async () => {
      const { stop, dataDir } = await start();
      await stop();
      writeFileSync(path.join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n`);
      await expect(start()).resolves.toBeDefined();
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'takes over from a server that was left running on the same data',
    async () => {
      const leftOver = await start();
      await expect(start()).resolves.toBeDefined();
      expect(await leftOver.exited).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'says what to do when the password is not the one that the data were made with',
    async () => {
      const { stop } = await start();
      await stop();
      await expect(start({ password: 'another' })).rejects.toThrow(/secrets\.json/);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'writes no value of a refused statement into its log',
    async () => {
      const { urlOf } = await start();
      const url = urlOf('postgres');
      await ask(url, 'create table people (phone text primary key)');
      await ask(url, "insert into people values ('13800138000')");
      await expect(ask(url, "insert into people values ('13800138000')")).rejects.toThrow(/duplicate key/);
      await running?.stop();
      expect(readFileSync(path.join(dir, 'postgres.log'), 'utf8')).not.toContain('13800138000');
    },
    TEST_TIMEOUT_MS,
  );
});

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
