import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import getPort from 'get-port';
import { createVault, type Vault } from '../../src/infra/crypto/index.ts';
import { type Db, openDb } from '../../src/infra/db/index.ts';
import { SandboxControl } from '../faults/sandbox-control.ts';
import { urlOfDatabase } from '../support/databases.ts';
import { runCli } from '../support/demo.ts';
import { type RestartableServer, startMariaDb, startRedis } from '../support/servers.ts';
import { Balancer } from './balancer.ts';
import { Member } from './member.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SERVERS = 3;
const WORKERS = 3;

/** What deploy/ describes, as processes of this machine: servers behind a balancer, workers, one MariaDB, one Redis. */
export interface Cluster {
  balancer: Balancer;
  servers: readonly Member[];
  workers: readonly Member[];
  mariaDb: RestartableServer;
  redis: RestartableServer;
  bank: SandboxControl;
  power: SandboxControl;
  db: Db;
  vault: Vault;
  stop(): Promise<void>;
}

/** Starts everything in production's order: data, schema, then workers and servers. */
export async function startCluster(): Promise<Cluster> {
  build();
  const dir = mkdtempSync(path.join(os.tmpdir(), 'civicpay-cluster-'));
  /** Undone in reverse order. */
  const undo: (() => Promise<unknown> | unknown)[] = [() => rmSync(dir, { recursive: true, force: true })];
  const keep = <T extends { stop(): Promise<unknown> }>(started: T): T => {
    undo.push(() => started.stop());
    return started;
  };
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    // What is acknowledged must outlive the database's process, so it runs as it does in production.
    const mariaDb = keep(await startMariaDb(dir, { isDurable: true }));
    const redis = keep(await startRedis(dir));
    const secret = randomBytes(24).toString('base64url');
    const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
    const [bank, power] = await startSandboxes(dir, secret, webhookSecret);
    keep(bank);
    keep(power);
    const databaseUrls = await createDatabase(mariaDb.url);
    const balancerPort = await getPort({ host: '127.0.0.1' });
    const key = () => randomBytes(32).toString('base64');
    const vaultKeys = { current: 'k', keys: { k: key() }, indexKey: key() };
    const env = {
      NODE_ENV: 'production',
      PUBLIC_URL: `http://127.0.0.1:${balancerPort}`,
      TRUST_PROXY: '1',
      // All residents of the test come from one address.
      REQUESTS_PER_MINUTE: '1000000',
      DATABASE_URL: databaseUrls.app,
      REDIS_URL: redis.url,
      VAULT_KEYS: JSON.stringify(vaultKeys.keys),
      VAULT_CURRENT_KEY: vaultKeys.current,
      VAULT_INDEX_KEY: vaultKeys.indexKey,
      LOG_LEVEL: 'warn',
      DEMO: JSON.stringify({
        powerAgency: { url: power.url, appSecret: secret, controlToken: secret },
        bank: { url: bank.url, merchantKey: secret, webhookSecret, controlToken: secret },
        staff: [],
      }),
    };
    await prepare(env, databaseUrls.migrate);
    const run = async (name: string, command: string, port = 0) =>
      keep(
        await Member.start({
          name,
          script: 'src/app/cli/main',
          args: [command],
          env: { ...env, PORT: String(port) },
          logDir: dir,
        }),
      );
    const workers = await Promise.all(indexes(WORKERS).map((index) => run(`worker-${index}`, 'worker')));
    const servers = await Promise.all(
      indexes(SERVERS).map(async (index) => run(`server-${index}`, 'serve', await getPort())),
    );
    const urls = servers.map((server) => server.url);
    const balancer = keep(await Balancer.start(balancerPort, urls));
    const db = openDb({ url: databaseUrls.app, poolMax: 4 });
    undo.push(() => db.destroy());
    const control = (sandbox: Member) => new SandboxControl(sandbox.url, secret);
    const parts = { balancer, servers, workers, mariaDb, redis, db, vault: createVault(vaultKeys) };
    return { ...parts, bank: control(bank), power: control(power), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const indexes = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Does nothing when the build is of these sources. */
function build(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: '' },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`);
}

function startSandboxes(dir: string, secret: string, webhookSecret: string): Promise<[Member, Member]> {
  const start = (name: string, env: Record<string, string>) =>
    Member.start({
      name,
      script: `sandbox/${name}/main`,
      args: ['--port', '0', '--data', path.join(dir, name)],
      env: { ...env, SANDBOX_CONTROL_TOKEN: secret },
      logDir: dir,
    });
  return Promise.all([
    start('bank', { SANDBOX_BANK_MERCHANT_KEY: secret, SANDBOX_BANK_WEBHOOK_SECRET: webhookSecret }),
    start('power-agency', { POWER_AGENCY_APP_SECRET: secret }),
  ]);
}

/** The database and its two users, as deploy/mariadb/create-users.sh makes them. */
async function createDatabase(adminUrl: string): Promise<{ migrate: string; app: string }> {
  const script = readFileSync(path.join(ROOT, 'deploy/mariadb/create-users.sh'), 'utf8');
  const [, statements = ''] = /<<SQL\n([\s\S]*?)\nSQL\n/.exec(script) ?? [];
  const password = randomBytes(16).toString('hex');
  const server = openDb({ url: adminUrl, poolMax: 1 });
  try {
    await server.raw('create database civicpay character set utf8mb4 collate utf8mb4_bin');
    for (const statement of statements.replace(/\$\w+/g, password).split('\n')) await server.raw(statement);
  } finally {
    await server.destroy();
  }
  const urlOf = (user: string) => {
    const url = new URL(urlOfDatabase(adminUrl, 'civicpay'));
    Object.assign(url, { username: user, password });
    return url.href;
  };
  return { migrate: urlOf('civicpay_migrate'), app: urlOf('civicpay_app') };
}

/** The schema, by two who begin at once as a roll-out may, and the connections to the sandboxes. */
async function prepare(env: Readonly<Record<string, string>>, migrateUrl: string): Promise<void> {
  const migrate = () => runCli(['migrate'], { ...env, DATABASE_URL: migrateUrl });
  const migrations = await Promise.all([migrate(), migrate()]);
  for (const result of [...migrations, await runCli(['seed'], env)]) {
    if (result.exitCode !== 0) throw new Error(`preparing the database failed:\n${result.stderr}`);
  }
}
