import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrateUp, openDb } from '../../infra/db/index.ts';
import type { DemoSettings } from '../config.ts';
import { ensurePostgresDatabase, startEmbeddedPostgres } from '../embedded-postgres.ts';
import { type DemoFiles, type DemoSecrets, logFileOf } from './demo-files.ts';
import type { DemoPorts } from './demo-ports.ts';
import { startGuarded } from './guarded.ts';
import { startNodeChild } from './node-child.ts';
import type { Progress } from './progress.ts';
import type { Supervisor } from './supervisor.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const DATABASE = 'civicpay';
const READY_TIMEOUT_MS = 60_000;

/** What the parts of one start share. */
export interface Demo {
  files: DemoFiles;
  secrets: DemoSecrets;
  ports: DemoPorts;
  host: string;
  supervisor: Supervisor;
  progress: Progress;
}

/** Starts the embedded database, unless DATABASE_URL names another; returns its address. */
export async function startDatabase({ files, secrets, ports, supervisor, progress }: Demo): Promise<string> {
  const given = process.env.DATABASE_URL;
  if (given) return given;
  return progress.step(
    'database',
    async () => {
      const postgres = await supervisor.start(
        'database',
        startEmbeddedPostgres({
          dataDir: files.postgresDir,
          fallbackDir: files.postgresFallbackDir,
          port: ports.postgres,
          password: secrets.databasePassword,
          isDurable: true,
          logFile: logFileOf(files, 'postgres'),
          note: (line) => progress.note(line),
        }),
      );
      await ensurePostgresDatabase(postgres.urlOf('postgres'), DATABASE);
      return postgres.urlOf(DATABASE);
    },
    () => `PostgreSQL on 127.0.0.1:${ports.postgres}`,
  );
}

/** Applies the migrations that are missing; returns their names. The first use of a database that was given to us. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const db = openDb({ url: databaseUrl, poolMax: 2 });
  try {
    return await migrateUp(db);
  } catch (error) {
    throw new Error(`The database can't be used: ${(error as Error).message}`);
  } finally {
    await db.destroy();
  }
}

/** Starts the power company, the bank and the other agencies of the city, with servers and books of their own. */
export async function startSandboxes({
  files,
  secrets,
  ports,
  supervisor,
  progress,
}: Demo): Promise<DemoSettings> {
  const { powerAgency, bank, staff } = secrets;
  const startOne = (
    name: string,
    script: string,
    port: number,
    dataDir: string,
    env: Record<string, string>,
  ) =>
    progress.step(
      name,
      () =>
        supervisor.start(
          name,
          startNodeChild({
            name,
            script,
            args: ['--port', String(port), '--data', dataDir],
            env,
            logFile: logFileOf(files, name.replace(' ', '-')),
          }),
        ),
      (child) => child.url || 'agencies of other kinds, each on a port of its own',
    );
  const { url: powerAgencyUrl } = await startOne(
    'power agency',
    'sandbox/power-agency/main',
    ports.powerAgency,
    files.powerAgencyDir,
    { POWER_AGENCY_APP_SECRET: powerAgency.appSecret, SANDBOX_CONTROL_TOKEN: powerAgency.controlToken },
  );
  const { url: bankUrl } = await startOne('bank', 'sandbox/bank/main', ports.bank, files.bankDir, {
    SANDBOX_BANK_MERCHANT_KEY: bank.merchantKey,
    SANDBOX_BANK_WEBHOOK_SECRET: bank.webhookSecret,
    SANDBOX_CONTROL_TOKEN: bank.controlToken,
  });
  const { told } = await startOne('city', 'sandbox/city/main', 0, files.cityDir, {});
  return {
    powerAgency: { ...powerAgency, url: powerAgencyUrl },
    bank: { ...bank, url: bankUrl },
    city: told as unknown as DemoSettings['city'],
    staff,
  };
}

/** The variables that config.ts reads. */
export function serverEnvironment(
  { secrets, ports, host }: Demo,
  databaseUrl: string,
  settings: DemoSettings,
  isWatching: boolean,
): Record<string, string> {
  const { REDIS_URL, PUBLIC_URL, LOG_LEVEL } = process.env;
  return {
    NODE_ENV: 'production',
    PORT: String(ports.server),
    HOST: host,
    PUBLIC_URL: PUBLIC_URL || `http://localhost:${isWatching ? ports.pages : ports.server}`,
    DATABASE_URL: databaseUrl,
    ...(REDIS_URL ? { REDIS_URL } : {}),
    VAULT_KEYS: JSON.stringify(secrets.vault.keys),
    VAULT_CURRENT_KEY: secrets.vault.current,
    VAULT_INDEX_KEY: secrets.vault.indexKey,
    LOG_LEVEL: LOG_LEVEL || 'info',
    DEMO: JSON.stringify(settings),
  };
}

const SERVE = ['serve', '--with-worker', '--seed'];

/** Starts the server with its workers; ready when a bill can really be paid. */
export async function startServer(
  { files, supervisor, progress }: Demo,
  env: Record<string, string>,
): Promise<void> {
  const command = { name: 'server', script: 'src/app/cli/main', args: SERVE, env };
  await progress.step(
    'server',
    async () => {
      const logFile = logFileOf(files, 'server');
      const server = await supervisor.start('server', startNodeChild({ ...command, logFile }));
      await untilReady(server.url);
    },
    () => 'ready to take payments',
  );
}

/** The same from the sources, restarted when one changes, with the pages from vite, which reloads them in the browser. */
export async function startWatched(
  { ports, supervisor, progress }: Demo,
  env: Record<string, string>,
): Promise<void> {
  const serverUrl = `http://127.0.0.1:${ports.server}`;
  const watched = (name: string, args: string[], more: Record<string, string>) =>
    supervisor.start(
      name,
      startGuarded({
        command: process.execPath,
        args,
        cwd: ROOT,
        env: more,
        logFile: null,
        stopSignal: 'SIGTERM',
        killSignal: 'SIGKILL',
      }),
    );
  await progress.step(
    'server',
    async () => {
      const tsx = path.join(ROOT, 'node_modules/tsx/dist/cli.mjs');
      const main = path.join(ROOT, 'src/app/cli/main.ts');
      await watched('server', [tsx, 'watch', '--clear-screen=false', main, ...SERVE], env);
      await untilReady(serverUrl);
    },
    () => `${serverUrl}, restarts when a source changes`,
  );
  await progress.step(
    'pages',
    async () => {
      const vite = path.join(ROOT, 'node_modules/vite/bin/vite.js');
      const args = [vite, 'web', '--port', String(ports.pages), '--strictPort', '--clearScreen', 'false'];
      await watched('pages', args, { API_URL: serverUrl, NODE_ENV: 'development' });
      await untilReady(env.PUBLIC_URL ?? '');
    },
    () => `${env.PUBLIC_URL}, reload when a source changes`,
  );
}

async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const report = await readyReport(url);
    if (report === null) return;
    if (performance.now() > deadline) throw new Error(`The server does not become ready: ${report}`);
    await sleep(100);
  }
}

/** Null when the server is ready, else why not. */
async function readyReport(url: string): Promise<string | null> {
  try {
    const response = await fetch(`${url}/readyz`);
    return response.ok ? null : await response.text();
  } catch (error) {
    return (error as Error).message;
  }
}
