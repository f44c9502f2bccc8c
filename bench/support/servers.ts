import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { copyTemplate, makeTemplate, removeDatabase, urlOfDatabase } from '../../test/support/databases.ts';
import { howToMend, installMissing } from '../../test/support/provide.ts';
import { startMariaDb, startRedis } from '../../test/support/servers.ts';
import type { BenchServers } from './bench.types.ts';

/**
 * Servers for measuring: those named by TEST_DATABASE_URL and TEST_REDIS_URL, else private ones on loopback, MariaDB
 * with every commit flushed to disk. `stop` removes all that was made.
 */
export async function provideBenchServers(): Promise<{ servers: BenchServers; stop(): Promise<void> }> {
  const givenMysql = process.env.TEST_DATABASE_URL;
  const givenRedis = process.env.TEST_REDIS_URL;
  const wanted = [...(givenMysql ? [] : ['mariadb' as const]), ...(givenRedis ? [] : ['redis' as const])];
  const missing = installMissing(wanted);
  if (missing.length > 0)
    throw new Error(`Measuring needs its servers: ${missing.map(howToMend).join('; ')}`);
  const dir = mkdtempSync(path.join(os.tmpdir(), 'civicpay-bench-'));
  const undo: (() => Promise<void> | void)[] = [() => rmSync(dir, { recursive: true, force: true })];
  const stop = async () => {
    for (const step of undo.reverse()) await step();
  };
  try {
    const mysql = givenMysql ? null : await startMariaDb(dir, { isDurable: true });
    if (mysql) undo.push(mysql.stop);
    const redis = givenRedis ? null : await startRedis(dir);
    if (redis) undo.push(redis.stop);
    const mysqlUrl = mysql?.url ?? givenMysql ?? '';
    const template = `civicpay_bench_${randomBytes(6).toString('hex')}`;
    undo.push(() => removeDatabase(mysqlUrl, template));
    await makeTemplate(mysqlUrl, template);
    return { servers: { mysqlUrl, redisUrl: redis?.url ?? givenRedis ?? '', template, dir }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A migrated, empty database for as long as `work` runs. */
export async function withDatabase<T>(servers: BenchServers, work: (url: string) => Promise<T>): Promise<T> {
  const name = `${servers.template}_${randomBytes(3).toString('hex')}`;
  await copyTemplate(servers.mysqlUrl, servers.template, name);
  try {
    return await work(urlOfDatabase(servers.mysqlUrl, name));
  } finally {
    await removeDatabase(servers.mysqlUrl, name);
  }
}
