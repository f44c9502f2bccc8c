import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import getPort from 'get-port';
import { startBank } from '../../sandbox/bank/index.ts';
import { startPowerAgency } from '../../sandbox/power-agency/server.ts';
import { type Config, loadConfig } from '../../src/app/config.ts';
import { seedDemo } from '../../src/app/seed.ts';
import { startServer } from '../../src/app/server.ts';
import { startWorker } from '../../src/app/worker.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import type { Stack } from '../support/stacks.ts';

/** The whole demo in one process, on a stack of the tests: server, worker, power company and bank. */
export interface TestDemo {
  url: string;
  config: Config;
  bank: Awaited<ReturnType<typeof startBank>>;
  power: Awaited<ReturnType<typeof startPowerAgency>>;
  stop(): Promise<void>;
}

/** Staff to sign in as, all with this; a payout file is made by one of finance and approved by two others. */
const STAFF = ['finance', 'operator', 'finance-2', 'finance-3'];
export const STAFF_SECRETS = {
  password: 'correct horse battery staple',
  totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
};

/**
 * Starts everything and seeds it. `environment` overrides what the processes are told, such as POOL_MAX; `clock` is what the server
 * goes by, and nothing else does.
 */
export async function startDemoForTests(
  stack: Stack,
  environment: NodeJS.ProcessEnv = {},
  clock?: Clock,
): Promise<TestDemo> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'civicpay-e2e-'));
  const secret = randomBytes(24).toString('base64url');
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const common = { port: 0, controlToken: secret };
  const bank = await startBank({
    ...common,
    dataDir: path.join(dataDir, 'bank'),
    merchantId: 'civicpay',
    merchantKey: secret,
    webhookSecret,
  });
  const power = await startPowerAgency({
    ...common,
    dataDir: path.join(dataDir, 'power'),
    merchant: { appId: 'civicpay', appSecret: secret },
  });
  const port = await getPort();
  const key = () => randomBytes(32).toString('base64');
  const config: Config = {
    ...loadConfig({
      PORT: String(port),
      PUBLIC_URL: `http://localhost:${port}`,
      DATABASE_URL: stack.databaseUrl,
      REDIS_URL: stack.queue.kind === 'redis' ? stack.queue.url : undefined,
      VAULT_KEYS: JSON.stringify({ test: key() }),
      VAULT_CURRENT_KEY: 'test',
      VAULT_INDEX_KEY: key(),
      LOG_LEVEL: 'silent',
      // All of a suite's residents share one address.
      REQUESTS_PER_MINUTE: '1000000',
      DEMO: JSON.stringify({
        powerAgency: { url: power.url, appSecret: secret, controlToken: secret },
        bank: { url: bank.url, merchantKey: secret, webhookSecret, controlToken: secret },
        staff: STAFF.map((name) => ({
          ...STAFF_SECRETS,
          email: `${name}@demo.example`,
          displayName: name,
          role: name.split('-', 1)[0],
        })),
      }),
      ...environment,
    }),
    // Suites share a Redis: each has its own prefix.
    queueStore: stack.queue,
  };
  await seedDemo({ config });
  const worker = await startWorker({ config });
  const server = await startServer({ config, ...(clock && { clock }) });
  return {
    url: server.url,
    config,
    bank,
    power,
    async stop() {
      await server.stop();
      await worker.stop();
      await bank.stop();
      await power.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
