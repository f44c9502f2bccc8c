import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { type Db, openDb } from '../../src/infra/db/index.ts';
import { copyTemplate, removeDatabase, urlOfDatabase } from './databases.ts';

/** One of the two sets of servers that civicpay runs on, with a freshly migrated database of the suite's own. */
export interface Stack {
  name: 'embedded' | 'mysql';
  db: Db;
  databaseUrl: string;
  /** Where BullMQ keeps its queues on this stack. */
  queue: { kind: 'postgres'; url: string } | { kind: 'redis'; url: string; prefix: string };
}

/** What scripts/test.mjs tells the suites; JSON in one variable. */
export interface TestServers {
  /** The migrated database on both servers that each suite gets a copy of. */
  template: string;
  postgresUrl: string;
  /** Null when this machine has none: the suites are then listed as not run. */
  mysqlUrl: string | null;
  redisUrl: string | null;
}

export const TEST_SERVERS_VARIABLE = 'CIVICPAY_TEST_SERVERS';

/**
 * Declares a suite twice: on embedded PostgreSQL with BullMQ's PostgreSQL backend, and on MariaDB/MySQL with Redis.
 * `stack()` may be called from hooks and tests, not while the suite is being declared.
 */
export function describeOnBothStacks(name: string, suite: (stack: () => Stack) => void): void {
  for (const stackName of ['embedded', 'mysql'] as const) describeOnStack(stackName, name, suite);
}

/** The same on one of them, for what does not see which it is: other suites prove what lies below on the other. */
export function describeOnStack(
  stackName: Stack['name'],
  name: string,
  suite: (stack: () => Stack) => void,
): void {
  const servers = testServers();
  const isMissing = stackName === 'mysql' && (servers.mysqlUrl === null || servers.redisUrl === null);
  (isMissing ? describe.skip : describe)(`${name} [${stackName}]`, () => {
    let current: { stack: Stack; close(): Promise<void> } | undefined;
    beforeAll(async () => {
      current = await openStack(stackName, servers);
    });
    suite(() => {
      if (!current) throw new Error('stack() is there in hooks and tests only');
      return current.stack;
    });
    // After the suite's own hooks, which run in the order they are declared: what it started may still need the database.
    afterAll(async () => {
      await current?.close();
    });
  });
}

function testServers(): TestServers {
  const text = process.env[TEST_SERVERS_VARIABLE];
  if (!text) throw new Error('This suite needs its servers: run it with `npm test -- --only <path>`.');
  return JSON.parse(text) as TestServers;
}

async function openStack(
  name: Stack['name'],
  servers: TestServers,
): Promise<{ stack: Stack; close(): Promise<void> }> {
  const database = `civicpay_test_${randomBytes(6).toString('hex')}`;
  const adminUrl = name === 'embedded' ? servers.postgresUrl : (servers.mysqlUrl ?? '');
  await copyTemplate(adminUrl, servers.template, database);
  const databaseUrl = urlOfDatabase(adminUrl, database);
  const db = openDb({ url: databaseUrl });
  const queue: Stack['queue'] =
    name === 'embedded'
      ? { kind: 'postgres', url: databaseUrl }
      : { kind: 'redis', url: servers.redisUrl ?? '', prefix: `{${database}}` };
  return {
    stack: { name, db, databaseUrl, queue },
    async close() {
      await db.destroy();
      await removeDatabase(adminUrl, database);
      if (queue.kind === 'redis') await removeKeys(queue.url, queue.prefix);
    },
  };
}

async function removeKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  try {
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 500 })) {
      if ((keys as string[]).length > 0) await redis.unlink(...(keys as string[]));
    }
  } finally {
    redis.disconnect();
  }
}
