import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import getPort from 'get-port';
import electricity from '../../providers/electricity/index.ts';
import sandboxBank from '../../providers/sandbox-bank/index.ts';
import { createAgencies } from '../../src/agencies/index.ts';
import { createBillStore } from '../../src/bill-files/index.ts';
import { createVault, type Vault } from '../../src/infra/crypto/index.ts';
import { type Db, openDb } from '../../src/infra/db/index.ts';
import { createHttpClient } from '../../src/infra/outbound-http/index.ts';
import { createTcpClient } from '../../src/infra/outbound-tcp/index.ts';
import { Program } from './program.ts';
import { SandboxControl } from './sandbox-control.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const MANIFEST = path.join(ROOT, 'providers/electricity/manifests/guangzhou-power.json');
export const AGENCY_ID = 'guangzhou-power';
export const CHANNEL_ID = 'sandbox-bank';
export const POWER_CONNECTION = 'guangzhou-power-gateway';
/** Long enough for an answer on a busy machine; calls that are never answered end here. */
const CALL_TIMEOUT_MS = 1_500;

/** The servers that a world stands on: an empty, migrated database and where the queues are. */
export interface Ground {
  databaseUrl: string;
  /** With a database number of the world's own: every process of civicpay uses the same prefix. */
  redisUrl: string | null;
}

/** What the processes are told. */
interface Secrets {
  vaultKeys: { current: string; keys: Record<string, string>; indexKey: string };
  secret: string;
  webhookSecret: string;
}

/**
 * A whole civicpay as in production: server and worker as processes from the build, and beside them the bank and the power
 * company as processes with books of their own.
 */
export class World {
  readonly db: Db;
  readonly vault: Vault;
  readonly server: Program;
  readonly worker: Program;
  readonly bank: SandboxControl;
  readonly power: SandboxControl;
  readonly webhookSecret: string;
  private readonly sandboxes: readonly Program[];
  private readonly dir: string;

  private constructor(parts: Omit<World, 'stop' | 'sandboxes' | 'dir'>, sandboxes: Program[], dir: string) {
    this.db = parts.db;
    this.vault = parts.vault;
    this.server = parts.server;
    this.worker = parts.worker;
    this.bank = parts.bank;
    this.power = parts.power;
    this.webhookSecret = parts.webhookSecret;
    this.sandboxes = sandboxes;
    this.dir = dir;
  }

  /** @param poolMax connections to the database that each process may hold */
  static async start(ground: Ground, poolMax = 10): Promise<World> {
    build();
    const dir = mkdtempSync(path.join(tmpdir(), 'civicpay-faults-'));
    const secrets = drawSecrets();
    const [bank, power] = await startSandboxes(dir, secrets);
    const db = openDb({ url: ground.databaseUrl, poolMax: 4 });
    const vault = createVault(secrets.vaultKeys);
    await connect(db, vault, secrets, { bankUrl: bank.url, powerUrl: power.url });
    const env = await environmentOf(ground, secrets, { bankUrl: bank.url, powerUrl: power.url, poolMax });
    const run = (command: string) =>
      Program.start({
        name: command,
        script: 'src/app/cli/main',
        args: [command],
        env,
        logFile: path.join(dir, `${command}.log`),
      });
    const [server, worker] = await Promise.all([run('serve'), run('worker')]);
    const control = (program: Program) => new SandboxControl(program.url, secrets.secret);
    return new World(
      {
        db,
        vault,
        server,
        worker,
        bank: control(bank),
        power: control(power),
        webhookSecret: secrets.webhookSecret,
      },
      [bank, power],
      dir,
    );
  }

  async stop(): Promise<void> {
    await Promise.all([this.server.stop(), this.worker.stop()]);
    await Promise.all(this.sandboxes.map((sandbox) => sandbox.stop()));
    await this.db.destroy();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Does nothing when the build is of these sources. */
function build(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(ROOT, 'scripts/build.mjs')], {
    env: { ...process.env, NODE_OPTIONS: '' },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`);
}

function drawSecrets(): Secrets {
  const key = () => randomBytes(32).toString('base64');
  return {
    vaultKeys: { current: 'k', keys: { k: key() }, indexKey: key() },
    secret: randomBytes(24).toString('base64url'),
    webhookSecret: `whsec_${key()}`,
  };
}

function startSandboxes(dir: string, { secret, webhookSecret }: Secrets): Promise<[Program, Program]> {
  const start = (name: string, env: Record<string, string>) =>
    Program.start({
      name,
      script: `sandbox/${name}/main`,
      args: ['--port', '0', '--data', path.join(dir, name)],
      env: { ...env, SANDBOX_CONTROL_TOKEN: secret },
      logFile: path.join(dir, `${name}.log`),
    });
  return Promise.all([
    start('bank', { SANDBOX_BANK_MERCHANT_KEY: secret, SANDBOX_BANK_WEBHOOK_SECRET: webhookSecret }),
    start('power-agency', { POWER_AGENCY_APP_SECRET: secret }),
  ]);
}

/** As `civicpay seed` does, with time-outs that a test can wait for. */
async function connect(
  db: Db,
  vault: Vault,
  { secret, webhookSecret }: Secrets,
  { bankUrl, powerUrl }: { bankUrl: string; powerUrl: string },
): Promise<void> {
  const httpClient = createHttpClient({ allowPrivateAddresses: true });
  const tcpClient = createTcpClient({ allowPrivateAddresses: true });
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const clock = { nowMs: () => Date.now() };
  const plugIns = { providers: [electricity], channels: [sandboxBank] };
  const billStoreOf = createBillStore({ db, vault, clock, log });
  const agencies = createAgencies({ db, vault, clock, log, plugIns, httpClient, tcpClient, billStoreOf });
  const limits = { concurrency: 64, ratePerSecond: 2_000 };
  const common = { timeoutMs: CALL_TIMEOUT_MS };
  await agencies.putConnection({
    connectionId: POWER_CONNECTION,
    plug: 'provider',
    kind: 'electricity',
    settings: { ...common, baseUrl: powerUrl, appId: 'civicpay', appSecret: secret },
    limits,
  });
  await agencies.putConnection({
    connectionId: CHANNEL_ID,
    plug: 'channel',
    kind: 'sandbox-bank',
    settings: { ...common, baseUrl: bankUrl, merchantId: 'civicpay', merchantKey: secret, webhookSecret },
    limits,
  });
  await agencies.publishManifest(JSON.parse(readFileSync(MANIFEST, 'utf8')));
  await httpClient.close();
}

async function environmentOf(
  { databaseUrl, redisUrl }: Ground,
  { vaultKeys, secret, webhookSecret }: Secrets,
  { bankUrl, powerUrl, poolMax }: { bankUrl: string; powerUrl: string; poolMax: number },
): Promise<Record<string, string>> {
  const port = await getPort({ host: '127.0.0.1' });
  return {
    NODE_ENV: 'production',
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    // Each resident comes from an address of their own, as far as the server knows.
    TRUST_PROXY: '1',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl ?? '',
    POOL_MAX: String(poolMax),
    VAULT_KEYS: JSON.stringify(vaultKeys.keys),
    VAULT_CURRENT_KEY: vaultKeys.current,
    VAULT_INDEX_KEY: vaultKeys.indexKey,
    LOG_LEVEL: 'warn',
    DEMO: JSON.stringify({
      powerAgency: { url: powerUrl, appSecret: secret, controlToken: secret },
      bank: { url: bankUrl, merchantKey: secret, webhookSecret, controlToken: secret },
      staff: [],
    }),
  };
}
