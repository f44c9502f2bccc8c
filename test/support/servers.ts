import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import getPort from 'get-port';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';
import { startEmbeddedPostgres } from '../../src/app/embedded-postgres.ts';

import { type GuardedCommand, startGuarded, tailOf } from '../../src/app/processes/guarded.ts';

/** A server that a test run uses; `stop` does nothing to one that was given to us. */
export interface TestServer {
  url: string;
  stop(): Promise<void>;
}

export interface RestartableServer extends TestServer {
  /** Kills it outright and starts it again, on the same port and with the same settings. */
  restart(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;

/** Where Debian keeps servers, beside the caller's path: an ordinary user's has no `sbin`. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The full path of a program, or null. */
export function findProgram(...names: readonly string[]): string | null {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...SERVER_FOLDERS];
  for (const name of names) {
    for (const folder of folders) {
      const file = path.join(folder, name);
      if (existsSync(file)) return file;
    }
  }
  return null;
}

/** PostgreSQL as npm installed it, with the flushes to disk switched off: the data live for one run. */
export async function startTestPostgres(dir: string): Promise<TestServer> {
  const server = await startEmbeddedPostgres({
    dataDir: path.join(dir, 'postgres'),
    fallbackDir: path.join(dir, 'postgres-open'),
    port: await getPort(),
    password: randomBytes(16).toString('hex'),
    isDurable: false,
    logFile: path.join(dir, 'postgres.log'),
    note: () => {},
  });
  return { url: server.urlOf('postgres'), stop: server.stop };
}

/** What a run whose data live no longer than itself saves itself; measurements leave it out. */
const NOT_DURABLE = ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0'];
/** MariaDB's own settings for data that last: every commit is on disk before it is answered. */
const DURABLE = ['--innodb-flush-log-at-trx-commit=1', '--innodb-log-file-size=512M'];

/** A private MariaDB on loopback; unless `isDurable`, its flushes to disk are switched off: the data live for one run. */
export async function startMariaDb(dir: string, { isDurable = false } = {}): Promise<RestartableServer> {
  const dataDir = path.join(dir, 'mariadb');
  mkdirSync(dataDir, { recursive: true });
  const userArgs = process.getuid?.() === 0 ? ['--user=root'] : [];
  const install = spawnSync(
    findProgram('mariadb-install-db', 'mysql_install_db') ?? 'mariadb-install-db',
    [
      '--no-defaults',
      `--datadir=${dataDir}`,
      '--skip-test-db',
      '--auth-root-authentication-method=socket',
      ...userArgs,
    ],
    // Its temporary tables have fixed names: two runs at once must not share a folder.
    { encoding: 'utf8', env: { ...process.env, TMPDIR: dir } },
  );
  if (install.status !== 0) throw new Error(`mariadb-install-db failed:\n${install.stdout}${install.stderr}`);
  const password = randomBytes(16).toString('hex');
  const initFile = path.join(dir, 'mariadb-init.sql');
  writeFileSync(
    initFile,
    `grant all on *.* to civicpay@'127.0.0.1' identified by '${password}' with grant option;\n`,
    {
      mode: 0o600,
    },
  );
  const port = await getPort();
  const url = `mysql://civicpay:${password}@127.0.0.1:${port}/`;
  return startRestartable('MariaDB', url, answersSql, {
    command: findProgram('mariadbd', 'mysqld') ?? 'mariadbd',
    args: [
      '--no-defaults',
      `--datadir=${dataDir}`,
      `--tmpdir=${dir}`,
      `--socket=${path.join(dir, 'mariadb.sock')}`,
      `--pid-file=${path.join(dir, 'mariadb.pid')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      `--init-file=${initFile}`,
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_bin',
      ...(isDurable ? DURABLE : NOT_DURABLE),
      `--innodb-buffer-pool-size=${isDurable ? '512M' : '128M'}`,
      '--max-connections=300',
      ...userArgs,
    ],
    cwd: dir,
    logFile: path.join(dir, 'mariadb.log'),
    stopSignal: 'SIGTERM',
    killSignal: 'SIGKILL',
  });
}

/** A private Redis on loopback that keeps nothing. */
export async function startRedis(dir: string): Promise<RestartableServer> {
  const password = randomBytes(16).toString('hex');
  const port = await getPort();
  const url = `redis://:${password}@127.0.0.1:${port}/0`;
  return startRestartable('Redis', url, answersPing, {
    command: findProgram('redis-server', 'valkey-server') ?? 'redis-server',
    args: ['--port', String(port), '--bind', '127.0.0.1', '--requirepass', password, '--dir', dir]
      .concat(['--save', '', '--appendonly', 'no'])
      .concat(['--maxmemory-policy', 'noeviction']),
    cwd: dir,
    logFile: path.join(dir, 'redis.log'),
    stopSignal: 'SIGTERM',
    killSignal: 'SIGKILL',
  });
}

async function startRestartable(
  name: string,
  url: string,
  answers: (url: string) => Promise<boolean>,
  command: GuardedCommand & { logFile: string },
): Promise<RestartableServer> {
  const start = async () => {
    const started = await startGuarded(command);
    await untilReady(name, started.exited, command.logFile, () => answers(url));
    return started;
  };
  let server = await start();
  return {
    url,
    stop: () => server.stop(),
    async restart() {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
      server = await start();
    },
  };
}

async function answersSql(url: string): Promise<boolean> {
  try {
    const connection = await createConnection({ uri: url });
    await connection.end();
    return true;
  } catch {
    return false;
  }
}

async function answersPing(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}

async function untilReady(
  name: string,
  exited: Promise<number>,
  logFile: string,
  isReady: () => Promise<boolean>,
): Promise<void> {
  let hasExited = false;
  void exited.then(() => {
    hasExited = true;
  });
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await isReady())) {
    if (hasExited || performance.now() > deadline)
      throw new Error(`${name} did not start:\n${tailOf(logFile)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
