import path from 'node:path';
import { parseArgs } from 'node:util';
import { dialectOfUrl } from '../../infra/db/index.ts';
import { ConfigError, queueStoreOf } from '../config.ts';
import {
  type DemoFiles,
  demoFiles,
  demoSecrets,
  removeDemo,
  takeFolder,
  writePrivately,
} from './demo-files.ts';
import {
  type Demo,
  migrate,
  serverEnvironment,
  startDatabase,
  startSandboxes,
  startServer,
  startWatched,
} from './demo-parts.ts';
import { chooseDemoPorts } from './demo-ports.ts';
import { printWelcome } from './demo-report.ts';
import { isSource } from './guarded.ts';
import { Progress } from './progress.ts';
import { Supervisor } from './supervisor.ts';

/**
 * The whole of civicpay on one machine: the database, a sandbox power company and bank with books of their own, and the
 * server with its workers. Runs until it is stopped; resolves with the exit code.
 *
 * @param args `--reset` forgets all data first; `--data <folder>` keeps them elsewhere than in `.data`;
 *   `--watch` (from the sources only) restarts the server and reloads the pages when a source changes
 */
export async function runDemo(args: readonly string[], root: string): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      reset: { type: 'boolean', default: false },
      watch: { type: 'boolean', default: false },
      data: { type: 'string' },
    },
  });
  const files = demoFiles(path.resolve(root, values.data ?? '.data'));
  const supervisor = new Supervisor();
  const stopAsked = whenStopAsked();
  let letGo = () => {};
  try {
    checkDatabaseSettings(values.reset);
    letGo = takeFolder(files);
    if (values.reset) removeDemo(files);
    const outcome = await Promise.race([
      start(files, supervisor, values.watch),
      stopAsked.then(() => 'stopped' as const),
    ]);
    if (outcome === 'stopped') return 0;
    const lost = await Promise.race([supervisor.lost, stopAsked.then(() => null)]);
    if (lost === null) return 0;
    console.error(`\nThe ${lost} has ended unexpectedly. Logs: ${files.logsDir}`);
    return 1;
  } catch (error) {
    console.error(`\n${(error as Error).message}`);
    return error instanceof ConfigError ? 2 : 1;
  } finally {
    const wasRunning = supervisor.hasStarted;
    if (wasRunning) process.stdout.write('\nStopping … ');
    await supervisor.stopAll();
    letGo();
    if (wasRunning) process.stdout.write('everything has stopped.\n');
  }
}

function checkDatabaseSettings(isReset: boolean): void {
  const { DATABASE_URL, REDIS_URL } = process.env;
  if (!DATABASE_URL) return;
  if (isReset) {
    throw new ConfigError(
      '--reset empties the embedded database only. Empty the one in DATABASE_URL yourself.',
    );
  }
  let dialect: ReturnType<typeof dialectOfUrl>;
  try {
    dialect = dialectOfUrl(DATABASE_URL);
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
  queueStoreOf(DATABASE_URL, dialect, REDIS_URL || undefined);
}

async function start(files: DemoFiles, supervisor: Supervisor, isWatching: boolean): Promise<void> {
  console.log('\ncivicpay demo\n');
  const progress = new Progress();
  const host = process.env.HOST || '127.0.0.1';
  const ports = await chooseDemoPorts(portFrom(process.env.PORT), isWatching, (line) => progress.note(line));
  const demo: Demo = { files, secrets: demoSecrets(files), ports, host, supervisor, progress };
  const databaseUrl = await startDatabase(demo);
  await progress.step(
    'schema',
    () => migrate(databaseUrl),
    (applied) => (applied.length === 0 ? 'up to date' : `${applied.length} migrations applied`),
  );
  const settings = await startSandboxes(demo);
  const environment = serverEnvironment(demo, databaseUrl, settings, isWatching);
  writePrivately(files.environmentFile, environment);
  await (isWatching ? startWatched(demo, environment) : startServer(demo, environment));
  await printWelcome({
    url: environment.PUBLIC_URL ?? '',
    bankUrl: settings.bank.url,
    powerAgencyUrl: settings.powerAgency.url,
    files,
  });
}

function portFrom(text: string | undefined): number {
  if (!text) return 8080;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigError('PORT must be a number from 0 (any free port) to 65535');
  }
  return port;
}

/** Resolves when somebody asks this process to stop; a second Ctrl-C some seconds later stops it the hard way. */
function whenStopAsked(): Promise<void> {
  return new Promise((resolve) => {
    let firstAtMs = 0;
    const ask = () => {
      // npm passes on a Ctrl-C that the terminal has sent already: two at once are one.
      if (firstAtMs > 0 && performance.now() - firstAtMs > 2_000) process.exit(1);
      firstAtMs ||= performance.now();
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
    // A signal to npm may end npm and its shell only; then nobody is left who could stop us.
    const parentPid = process.ppid;
    if (process.env.npm_lifecycle_event) {
      setInterval(() => process.ppid !== parentPid && ask(), 500).unref();
    }
  });
}

if (isSource && process.argv[1] === import.meta.filename) {
  process.exit(await runDemo(process.argv.slice(2), path.resolve(import.meta.dirname, '../../..')));
}
