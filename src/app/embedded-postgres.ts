import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type PostgresPlace, placePostgres, runAs } from './embedded-postgres-place.ts';
import { type GuardedServer, startGuarded, tailOf } from './processes/guarded.ts';
import { commandLineOf, isAlive } from './processes/process-info.ts';

export interface EmbeddedPostgresOptions {
  /** Made at the first start. */
  dataDir: string;
  /** Used instead (as `data/`), with a copy of the program, when PostgreSQL's user may not enter ours; only root needs it. */
  fallbackDir: string;
  port: number;
  /** The database superuser's; set when the data are made. */
  password: string;
  /** False gives up durability for speed: tests only. */
  isDurable: boolean;
  /** Gets what PostgreSQL prints. */
  logFile: string;
  /** Told what is worth telling a person, one line each. */
  note(line: string): void;
}

export interface EmbeddedPostgres {
  /** `postgres://…/<database>` */
  urlOf(database: string): string;
  dataDir: string;
  /** Resolves when it has ended, for whatever reason. */
  exited: Promise<number>;
  stop(): Promise<void>;
}

const SUPERUSER = 'civicpay';
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

/** Everything is compared byte by byte, as MySQL's `utf8mb4_bin` does, whatever this machine's language is. */
const INITDB_ARGS = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', `--username=${SUPERUSER}`];

/** Values are personal data: neither a failing statement nor the key it collided on may reach PostgreSQL's log. */
const SERVER_SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'timezone=UTC',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
];

const FAST_AND_FORGETFUL = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/**
 * Starts the PostgreSQL that npm installed, making its data folder at the first start. It listens on loopback only and
 * ends when this process ends.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = placePostgres(options.dataDir, options.fallbackDir, options.note);
  if (existsSync(path.join(place.dataDir, 'PG_VERSION'))) await stopLeftOver(place, options.note);
  else initialise(place, options.password);
  const server = await startGuarded({
    command: path.join(place.binDir, 'postgres'),
    args: ['-D', place.dataDir, '-p', String(options.port), ...settingArgs(options.isDurable)],
    ...place.runAs,
    cwd: place.dataDir,
    env: { LC_ALL: 'C' },
    logFile: options.logFile,
    stopSignal: 'SIGINT',
    killSignal: 'SIGQUIT',
  });
  const urlOf = (database: string) =>
    `postgres://${SUPERUSER}:${encodeURIComponent(options.password)}@127.0.0.1:${options.port}/${database}`;
  try {
    await untilReady(urlOf('postgres'), server, options.logFile);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { urlOf, dataDir: place.dataDir, exited: server.exited, stop: server.stop };
}

/** Creates a database unless it exists. */
export async function ensurePostgresDatabase(adminUrl: string, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

function settingArgs(isDurable: boolean): string[] {
  const settings = isDurable ? SERVER_SETTINGS : [...SERVER_SETTINGS, ...FAST_AND_FORGETFUL];
  return settings.flatMap((setting) => ['-c', setting]);
}

/** Made beside its place and then renamed, so that a start cut short leaves nothing that looks whole. */
function initialise(place: PostgresPlace, password: string): void {
  const unfinished = `${place.dataDir}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const secretDir = mkdtempSync(path.join(os.tmpdir(), 'civicpay-'));
  const passwordFile = path.join(secretDir, randomBytes(8).toString('hex'));
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  for (const owned of [unfinished, secretDir, passwordFile]) giveTo(place, owned);
  try {
    const result = runAs(place.runAs, path.join(place.binDir, 'initdb'), [
      `--pgdata=${unfinished}`,
      `--pwfile=${passwordFile}`,
      ...INITDB_ARGS,
    ]);
    if (result.status !== 0) throw new Error(`PostgreSQL could not make its data folder: ${result.output}`);
  } finally {
    rmSync(secretDir, { recursive: true, force: true });
  }
  renameSync(unfinished, place.dataDir);
}

function giveTo(place: PostgresPlace, file: string): void {
  if (place.runAs.uid !== undefined && place.runAs.gid !== undefined) {
    chownSync(file, place.runAs.uid, place.runAs.gid);
  }
  if (statSync(file).isDirectory()) chmodSync(file, 0o700);
}

/**
 * A machine that lost power, or a container that was killed, leaves `postmaster.pid`. PostgreSQL refuses to start when that
 * process id is alive, even if it is somebody else's by now; and a server that is still ours must end first.
 */
async function stopLeftOver(place: PostgresPlace, note: (line: string) => void): Promise<void> {
  const pidFile = path.join(place.dataDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  if (!isAlive(pid)) return;
  if (!commandLineOf(pid).includes(place.dataDir)) {
    rmSync(pidFile);
    return;
  }
  note('A PostgreSQL left over from an earlier run is still stopping; waiting for it.');
  process.kill(pid, 'SIGINT');
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  while (isAlive(pid)) {
    if (performance.now() > deadline) {
      throw new Error(
        `PostgreSQL from an earlier run (process ${pid}) does not stop. Stop it, then start again.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function untilReady(url: string, server: GuardedServer, logFile: string): Promise<void> {
  let exitCode: number | undefined;
  void server.exited.then((code) => {
    exitCode = code;
  });
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await accepts(url))) {
    if (exitCode !== undefined) throw new Error(`PostgreSQL did not start:\n${tailOf(logFile)}`);
    if (performance.now() > deadline) {
      throw new Error(`PostgreSQL was not ready in ${START_TIMEOUT_MS / 1000} s:\n${tailOf(logFile)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Whether it takes connections. A wrong password is an answer that waiting will not change. */
async function accepts(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === '28P01') {
      throw new Error(
        'PostgreSQL refuses the password in .data/secrets.json: the data were made with another. ' +
          'Put the old file back, or start afresh: npm start -- --reset',
      );
    }
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
