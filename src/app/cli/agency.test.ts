import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startBank } from '../../../sandbox/bank/index.ts';
import { startPowerAgency } from '../../../sandbox/power-agency/server.ts';
import { runCli } from '../../../test/support/demo.ts';
import { describeOnStack } from '../../../test/support/stacks.ts';
import { loadConfig } from '../config.ts';
import { startServer } from '../server.ts';
import { startWorker } from '../worker.ts';

const MANIFEST = path.resolve(
  import.meta.dirname,
  '../../../providers/electricity/manifests/guangzhou-power.json',
);
const AGENCY = 'guangzhou-power';
const ANN = 'ann@example.cn';
const BEN = 'ben@example.cn';
const limits = { concurrency: 8, ratePerSecond: 100 };
const key = () => randomBytes(32).toString('base64');

describeOnStack('mysql', 'an installation brought up from the command line', (stack) => {
  const secret = randomBytes(24).toString('base64url');
  const webhookSecret = `whsec_${key()}`;
  const keys = { VAULT_KEYS: JSON.stringify({ k: key() }), VAULT_CURRENT_KEY: 'k', VAULT_INDEX_KEY: key() };
  const stops: (() => Promise<unknown>)[] = [];
  let dir: string;
  let env: Record<string, string>;
  let bank: Awaited<ReturnType<typeof startBank>>;
  let power: Awaited<ReturnType<typeof startPowerAgency>>;

  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'civicpay-cli-'));
    const common = { port: 0, controlToken: secret };
    const merchant = { merchantId: 'civicpay', merchantKey: secret, webhookSecret };
    bank = await startBank({ ...common, ...merchant, dataDir: path.join(dir, 'bank') });
    const appKeys = { appId: 'civicpay', appSecret: secret };
    power = await startPowerAgency({ ...common, dataDir: path.join(dir, 'power'), merchant: appKeys });
    const { databaseUrl, queue } = stack();
    env = {
      ...keys,
      DATABASE_URL: databaseUrl,
      LOG_LEVEL: 'silent',
      PORT: '0',
      ...(queue.kind === 'redis' && { REDIS_URL: queue.url }),
      // A demo's settings, since only there may an agency have an address of this machine; it is not seeded.
      DEMO: JSON.stringify({
        powerAgency: { url: power.url, appSecret: secret, controlToken: secret },
        bank: { url: bank.url, merchantKey: secret, webhookSecret, controlToken: secret },
        staff: [],
      }),
    };
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
    await bank.stop();
    await power.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** Runs a command that has to succeed, and reads what it printed. */
  async function done(...args: string[]) {
    const { exitCode, stdout, stderr } = await runCli(['--json', ...args], env);
    expect({ args, exitCode, stderr }).toMatchObject({ exitCode: 0 });
    return JSON.parse(stdout);
  }
  const refused = (...args: string[]) => runCli(args, env);
  async function file(name: string, value: unknown): Promise<string> {
    const place = path.join(dir, name);
    await writeFile(place, typeof value === 'string' ? value : JSON.stringify(value));
    return place;
  }
  const connect = async (connection: object) => {
    const place = await file('connection.json', { ...connection, limits });
    const { requestId } = await done('connection', 'put', place, '--as', ANN);
    await done('approval', 'approve', requestId, '--as', BEN);
  };

  it('gets its first staff, connections and agency, by two people, and is ready', async () => {
    for (const [email, name] of [
      [ANN, '安'],
      [BEN, '本'],
    ] as const) {
      const person = await done('staff', 'create', '--email', email, '--name', name, '--role', 'operator');
      expect(person).toMatchObject({
        password: expect.any(String),
        totpUri: expect.stringContaining('otpauth'),
      });
    }
    await connect({
      connectionId: 'guangzhou-power-gateway',
      plug: 'provider',
      kind: 'electricity',
      settings: { baseUrl: power.url, appId: 'civicpay', appSecret: secret },
    });
    await connect({
      connectionId: 'sandbox-bank',
      plug: 'channel',
      kind: 'sandbox-bank',
      settings: { baseUrl: bank.url, merchantId: 'civicpay', merchantKey: secret, webhookSecret },
    });
    expect(await done('connection', 'test', 'guangzhou-power-gateway')).toMatchObject({ answered: true });
    expect(await done('connection', 'test', 'sandbox-bank')).toMatchObject({ answered: true });
    expect(JSON.stringify(await done('connection', 'list'))).not.toContain(secret);

    expect(await done('agency', 'create', MANIFEST, '--as', ANN)).toEqual({ agencyId: AGENCY, version: 1 });
    await done('agency', 'enter-sandbox', AGENCY, '--as', ANN);
    const report = await file('report.txt', 'contract suite: all passed');
    const about = ['--summary', 'contract suite of the electricity provider', '--report', report];
    const { requestId } = await done('agency', 'attest', AGENCY, ...about, '--as', ANN);
    await done('approval', 'approve', requestId, '--as', BEN);
    await done('agency', 'submit', AGENCY, '--as', ANN);
    const alone = await refused('agency', 'approve', AGENCY, '--as', ANN);
    expect(alone).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('approval_by_submitter') });
    await done('agency', 'approve', AGENCY, '--as', BEN);
    await done('agency', 'go-live', AGENCY, '--share', '100', '--as', ANN);
    expect(await done('agency', 'show', AGENCY)).toMatchObject({
      stage: 'live',
      status: 'live',
      missing: [],
    });

    const config = loadConfig(env);
    const worker = await startWorker({ config });
    const server = await startServer({ config });
    stops.push(
      () => server.stop(),
      () => worker.stop(),
    );
    const ready = await fetch(`${server.url}/readyz`);
    expect({ status: ready.status, body: await ready.json() }).toMatchObject({ status: 200 });
  }, 300_000);

  it('lets agencies be looked after, and says what is wrong', async () => {
    const scopes = ['--label', 'ERP', '--scopes', 'billFiles,payments'];
    const made = await done('agency', 'keys', 'create', AGENCY, ...scopes, '--as', ANN);
    expect(made.key).toMatch(/^cvk_/);
    const why = ['--zh', '系统升级。', '--en', 'Being upgraded.'];
    await done('agency', 'suspend', AGENCY, ...why, '--as', ANN);
    expect(await done('agency', 'list')).toMatchObject([{ agencyId: AGENCY, status: 'suspended' }]);
    const changed = { ...JSON.parse(readFileSync(MANIFEST, 'utf8')), servicePhone: '95598-2' };
    await done('agency', 'create', await file('next.json', changed), '--as', ANN);
    expect(await done('agency', 'diff', AGENCY, '1', '2')).toMatchObject([
      { pointer: '/servicePhone', after: '95598-2' },
    ]);
    const wrong = await file('wrong.json', { ...changed, regions: [] });
    const told = await refused('agency', 'create', wrong, '--as', ANN);
    expect(told).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('#/regions') });
    const nobody = await refused('agency', 'submit', AGENCY, '--as', 'nobody@example.cn');
    expect(nobody).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is no operator') });
    const noFile = await refused('connection', 'put', '/nowhere.json', '--as', ANN);
    expect(noFile).toMatchObject({ exitCode: 2 });
  }, 300_000);
});
