import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startBank } from '../../sandbox/bank/index.ts';
import { startPowerAgency } from '../../sandbox/power-agency/server.ts';
import { type Agencies, createAgencies } from '../../src/agencies/index.ts';
import { PLUG_INS } from '../../src/app/plug-ins.ts';
import { createBillStore } from '../../src/bill-files/index.ts';
import { type Billing, createBilling, type Payment } from '../../src/billing/index.ts';
import type { InboundRequest, Logger } from '../../src/contract/index.ts';
import { createVault, type Vault } from '../../src/infra/crypto/index.ts';
import { createHttpClient } from '../../src/infra/outbound-http/index.ts';
import { createTcpClient } from '../../src/infra/outbound-tcp/index.ts';
import { claimTasks, sweepTasks } from '../../src/infra/outbox/index.ts';
import { newId, randomShardHint } from '../../src/kernel/ids.ts';
import type { Stack } from './stacks.ts';
import { TestClock } from './test-clock.ts';

export const AGENCY_ID = 'guangzhou-power';
export const CHANNEL_ID = 'sandbox-bank';
const POWER_CONNECTION = 'guangzhou-power-gateway';
const MANIFEST = path.resolve(
  import.meta.dirname,
  '../../providers/electricity/manifests/guangzhou-power.json',
);
/** Long enough for a call on a busy machine, short enough that a test can wait for many of them to time out. */
const CALL_TIMEOUT_MS = 700;

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * A city for tests: the real billing on a real database, the real sandbox power company and bank over real HTTP, and
 * one clock for all of them that only the test moves. Tasks are worked on when the test says so.
 */
export class City {
  readonly clock: TestClock;
  readonly vault: Vault;
  readonly agencies: Agencies;
  readonly billing: Billing;
  readonly bank: Awaited<ReturnType<typeof startBank>>;
  readonly power: Awaited<ReturnType<typeof startPowerAgency>>;
  readonly residentId = newId('res', 0, randomShardHint());
  private readonly stack: Stack;
  private readonly stops: (() => Promise<unknown>)[];

  private constructor(
    parts: Pick<City, 'clock' | 'vault' | 'agencies' | 'billing' | 'bank' | 'power'>,
    stack: Stack,
    stops: City['stops'],
  ) {
    this.clock = parts.clock;
    this.vault = parts.vault;
    this.agencies = parts.agencies;
    this.billing = parts.billing;
    this.bank = parts.bank;
    this.power = parts.power;
    this.stack = stack;
    this.stops = stops;
  }

  static async start(stack: Stack, log: Logger = silent): Promise<City> {
    const clock = new TestClock(Date.now());
    const dataDir = await mkdtemp(path.join(tmpdir(), 'civicpay-city-'));
    const secret = randomBytes(24).toString('base64url');
    const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
    const [bank, power] = await Promise.all([
      startBank({
        port: 0,
        dataDir: path.join(dataDir, 'bank'),
        merchantId: 'civicpay',
        merchantKey: secret,
        webhookSecret,
        controlToken: secret,
        clock,
      }),
      startPowerAgency({
        port: 0,
        dataDir: path.join(dataDir, 'power'),
        merchant: { appId: 'civicpay', appSecret: secret },
        controlToken: secret,
        clock,
      }),
    ]);
    const vault = createVault({
      current: 'k',
      keys: { k: randomBytes(32).toString('base64') },
      indexKey: randomBytes(32).toString('base64'),
    });
    const httpClient = createHttpClient({ allowPrivateAddresses: true });
    const tcpClient = createTcpClient({ allowPrivateAddresses: true });
    const foundation = { db: stack.db, vault, clock, log };
    const billStoreOf = createBillStore(foundation);
    const agencies = createAgencies({
      ...foundation,
      plugIns: PLUG_INS,
      httpClient,
      tcpClient,
      billStoreOf,
    });
    const limits = { concurrency: 100, ratePerSecond: 5_000 };
    await agencies.putConnection({
      connectionId: POWER_CONNECTION,
      plug: 'provider',
      kind: 'electricity',
      settings: { baseUrl: power.url, appId: 'civicpay', appSecret: secret, timeoutMs: CALL_TIMEOUT_MS },
      limits,
    });
    await agencies.putConnection({
      connectionId: CHANNEL_ID,
      plug: 'channel',
      kind: 'sandbox-bank',
      settings: {
        baseUrl: bank.url,
        merchantId: 'civicpay',
        merchantKey: secret,
        webhookSecret,
        timeoutMs: CALL_TIMEOUT_MS,
      },
      limits,
    });
    await agencies.publishManifest(JSON.parse(readFileSync(MANIFEST, 'utf8')));
    const door = await openDoor();
    const billing = createBilling({ ...foundation, agencies, publicUrl: door.url, sendTasks: () => {} });
    door.onNotification = (connectionId, request) => billing.notifications.fromChannel(connectionId, request);
    return new City({ clock, vault, agencies, billing, bank, power }, stack, [
      () => door.close(),
      () => bank.stop(),
      () => power.stop(),
      () => httpClient.close(),
      () => tcpClient.close(),
      () => rm(dataDir, { recursive: true, force: true }),
    ]);
  }

  async stop(): Promise<void> {
    for (const stop of this.stops) await stop();
  }

  /** A new customer with one bill due. */
  async customerWithBill(): Promise<string> {
    const { consNo } = await this.power.agency.addCustomer();
    await this.power.agency.issueBill({ consNo });
    return consNo;
  }

  /** Looks up what is due on an account and orders the payment of all of it. */
  async order(accountNumber: string, residentId = this.residentId): Promise<Payment> {
    const query = await this.billing.queries.query(residentId, AGENCY_ID, { accountNumber });
    if (query.queryId === null)
      throw new Error(`nothing to pay: ${query.outcome} ${query.reason?.code ?? ''}`);
    const amountMinor = query.bills.reduce((sum, bill) => sum + bill.amountDue.amountMinor, 0);
    return this.billing.orders.create(
      residentId,
      {
        queryId: query.queryId,
        billIds: query.bills.map((bill) => bill.billId),
        amount: { amountMinor, currency: 'CNY' },
        channelId: CHANNEL_ID,
      },
      null,
    );
  }

  payment(paymentId: string) {
    return this.billing.payments.get(this.residentId, paymentId);
  }

  /** Presses a button on the bank's page; whether the bank took it. */
  async press(paymentId: string, button: 'confirm' | 'cancel'): Promise<boolean> {
    const { confirmUrl } = await this.payment(paymentId);
    if (!confirmUrl) return false;
    const response = await fetch(`${confirmUrl}/${button}`, { method: 'POST', redirect: 'manual' });
    await response.arrayBuffer();
    return response.status === 303;
  }

  /** Works on every task that is due by the clock, as a worker does; how many there were. Throws what a task threw. */
  async work(): Promise<number> {
    const nowMs = this.clock.nowMs();
    const due = await this.stack.db('tasks').select('task_id').where('due_at_ms', '<=', nowMs);
    await sweepTasks(this.stack.db, nowMs);
    const claim = { claimToken: newId('clm', nowMs, 0), leaseMs: 60_000, nowMs };
    const tasks = await claimTasks(
      this.stack.db,
      due.map((row) => row.task_id),
      claim,
    );
    for (const result of await this.billing.advances.run(tasks)) {
      if (result.status === 'rejected') throw result.reason;
    }
    return tasks.length;
  }

  /** Works, and moves the clock on to whatever is due next, until nothing is left or `untilMs` on the clock. */
  async rest(untilMs: number): Promise<void> {
    for (;;) {
      if ((await this.work()) > 0) continue;
      const next = await this.stack.db('tasks').where('state', 'ready').min({ due: 'due_at_ms' }).first();
      const dueAtMs = Number(next?.due ?? 0);
      if (!dueAtMs || dueAtMs > untilMs) return;
      this.clock.advance(Math.max(1, dueAtMs - this.clock.nowMs()));
      // What the bank does by its own clock, such as closing orders whose time is over.
      this.bank.control.advanceClock(0);
    }
  }
}

interface Door {
  url: string;
  onNotification(connectionId: string, request: InboundRequest): Promise<void>;
  close(): Promise<void>;
}

/** Where the bank's notifications come in. */
async function openDoor(): Promise<Door> {
  const door: Door = { url: '', onNotification: async () => {}, close: async () => {} };
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const { method = '', url: path = '' } = request;
    const connectionId = path.split('/').at(-1) ?? '';
    const inbound = { method, path, headers, rawBody: Buffer.concat(chunks) };
    const status = await door.onNotification(connectionId, inbound).then(
      () => 204,
      () => 500,
    );
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  door.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  door.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return door;
}
