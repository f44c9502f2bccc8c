import { spawnSync } from 'node:child_process';
import { findProgram, startMariaDb, startRedis, startTestPostgres, type TestServer } from './servers.ts';

export interface ProvidedServers {
  postgresUrl: string;
  mysqlUrl: string | null;
  redisUrl: string | null;
  /** The browser's program. */
  chromium: string | null;
  /** What is missing and how to mend it, one line each. */
  missing: string[];
}

/** What can be missing from a machine, and the Debian packages that bring it. */
const PROGRAMS = {
  mariadb: { names: ['mariadbd'], packages: ['mariadb-server-core', 'mariadb-client-core'] },
  redis: { names: ['redis-server', 'valkey-server'], packages: ['redis-server'] },
  chromium: { names: ['chromium', 'chromium-browser', 'google-chrome'], packages: ['chromium'] },
} as const;

export type ProgramName = keyof typeof PROGRAMS;

/**
 * Gives the run its servers: those named by TEST_DATABASE_URL and TEST_REDIS_URL, else private instances of the servers on
 * the path, which Debian's packages bring when we may install them.
 *
 * @param onStarted gets each started server's stop function at once, so that an interrupted run stops it too
 */
export async function provideServers(
  dir: string,
  onStarted: (stop: () => Promise<void>) => void,
): Promise<ProvidedServers> {
  const givenMysql = process.env.TEST_DATABASE_URL || null;
  const givenRedis = process.env.TEST_REDIS_URL || null;
  const wanted: ProgramName[] = ['chromium'];
  if (!givenMysql) wanted.push('mariadb');
  if (!givenRedis) wanted.push('redis');
  const missing = installMissing(wanted);
  const start = async (begin: (dir: string) => Promise<TestServer>): Promise<string> => {
    const server = await begin(dir);
    onStarted(server.stop);
    return server.url;
  };
  const starting = [
    start(startTestPostgres),
    givenMysql ?? (missing.includes('mariadb') ? null : start((folder) => startMariaDb(folder))),
    givenRedis ?? (missing.includes('redis') ? null : start(startRedis)),
  ] as const;
  // One that fails must not leave another half started and unknown.
  await Promise.allSettled(starting);
  const [postgresUrl, mysqlUrl, redisUrl] = await Promise.all(starting);
  const chromium = findProgram(...PROGRAMS.chromium.names);
  return { postgresUrl, mysqlUrl, redisUrl, chromium, missing: missing.map(howToMend) };
}

/** Installs what is wanted and absent, when this is root on a Debian; returns what is still absent. */
export function installMissing(wanted: readonly ProgramName[]): ProgramName[] {
  const absent = wanted.filter((name) => findProgram(...PROGRAMS[name].names) === null);
  if (absent.length === 0 || process.getuid?.() !== 0 || findProgram('apt-get') === null) return absent;
  const packages = absent.flatMap((name) => PROGRAMS[name].packages);
  console.log(`Installing ${packages.join(' ')} (apt-get) …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-qq', '-y', '--no-install-recommends', ...packages],
  ]) {
    spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return wanted.filter((name) => findProgram(...PROGRAMS[name].names) === null);
}

export function howToMend(name: ProgramName): string {
  const install = `install ${PROGRAMS[name].packages.join(' ')}`;
  if (name === 'chromium') return `the browser suites: ${install}`;
  const variable = name === 'mariadb' ? 'TEST_DATABASE_URL' : 'TEST_REDIS_URL';
  return `every suite's MariaDB + Redis half: ${install}, or set ${variable}`;
}
