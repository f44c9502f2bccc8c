import { randomBytes } from 'node:crypto';
import { copyTemplate, removeDatabase, urlOfDatabase } from '../support/databases.ts';
import type { Stack, TestServers } from '../support/stacks.ts';
import type { Ground } from './world.ts';

/**
 * Redis databases are numbered, and each world takes one of its own: all processes of civicpay use one prefix, and one
 * world's worker must not take the nudges of another's.
 */
export function redisDatabase(url: string, number: number): string {
  const numbered = new URL(url);
  numbered.pathname = `/${number}`;
  return numbered.href;
}

/** What a suite's stack offers to a world; each suite has a number of its own. */
export function groundOf({ databaseUrl, queue }: Stack, number: number): Ground {
  return { databaseUrl, redisUrl: queue.kind === 'redis' ? redisDatabase(queue.url, number) : null };
}

/** A fresh database on one of the servers, for a run outside the test runner. */
export async function openGround(
  name: Stack['name'],
  servers: TestServers,
): Promise<{ ground: Ground; remove(): Promise<void> }> {
  const adminUrl = name === 'embedded' ? servers.postgresUrl : servers.mysqlUrl;
  if (adminUrl === null || (name === 'mysql' && servers.redisUrl === null)) {
    throw new Error('this machine has no MariaDB and Redis: see the lines above');
  }
  const database = `civicpay_faults_${randomBytes(6).toString('hex')}`;
  await copyTemplate(adminUrl, servers.template, database);
  return {
    ground: {
      databaseUrl: urlOfDatabase(adminUrl, database),
      redisUrl: name === 'mysql' && servers.redisUrl ? redisDatabase(servers.redisUrl, 1) : null,
    },
    remove: () => removeDatabase(adminUrl, database),
  };
}
