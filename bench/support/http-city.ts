import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { DemoSettings } from '../../src/app/config.ts';
import { type NodeChild, startNodeChild } from '../../src/app/processes/node-child.ts';
import { openDb } from '../../src/infra/db/index.ts';
import { balancesThatDiffer, trialBalance } from '../../src/ledger/index.ts';
import type { BenchServers } from './bench.types.ts';
import { type SignedInResident, signInResidents } from './residents.ts';

const AGENCY_ID = 'guangzhou-power';
const CHANNEL_ID = 'sandbox-bank';
const LOOK_EVERY_MS = 100;
/** A payment that is not posted by then counts as wrong. */
const GIVE_UP_AFTER_MS = 120_000;

interface Payer extends SignedInResident {
  accountNumber: string;
}

export interface PaidOne {
  /** Until the order was answered. */
  orderedMs: number;
  /** From sending the order until it was seen posted. */
  postedMs: number;
}

/**
 * civicpay as `npm start` runs it on the production stack, in processes: a server with its worker, the sandbox power
 * company, and the sandbox bank, which takes every debit without asking. Residents pay over HTTP.
 */
export class HttpCity {
  private readonly children: NodeChild[];
  private readonly databaseUrl: string;
  private readonly url: string;
  private readonly demo: DemoSettings;
  private payers: Payer[] = [];
  private made = 0;

  private constructor(children: NodeChild[], databaseUrl: string, url: string, demo: DemoSettings) {
    this.children = children;
    this.databaseUrl = databaseUrl;
    this.url = url;
    this.demo = demo;
  }

  static async start(servers: BenchServers, databaseUrl: string, payers: number): Promise<HttpCity> {
    const children: NodeChild[] = [];
    const start = async (
      name: string,
      script: string,
      args: readonly string[],
      env: Record<string, string>,
    ) => {
      const logFile = path.join(servers.dir, `${name}.log`);
      const child = await startNodeChild({
        name,
        script,
        args,
        env: { NODE_ENV: 'production', ...env },
        logFile,
      });
      children.push(child);
      return child.url;
    };
    try {
      const token = () => randomBytes(32).toString('base64url');
      const power = { appSecret: token(), controlToken: token() };
      const bank = {
        merchantKey: token(),
        controlToken: token(),
        webhookSecret: `whsec_${randomBytes(32).toString('base64')}`,
      };
      const books = (name: string) => ['--port', '0', '--data', path.join(servers.dir, `${name}-${token()}`)];
      const powerUrl = await start('power-agency', 'sandbox/power-agency/main', books('power'), {
        POWER_AGENCY_APP_SECRET: power.appSecret,
        SANDBOX_CONTROL_TOKEN: power.controlToken,
      });
      const bankUrl = await start('bank', 'sandbox/bank/main', books('bank'), {
        SANDBOX_BANK_MERCHANT_KEY: bank.merchantKey,
        SANDBOX_BANK_WEBHOOK_SECRET: bank.webhookSecret,
        SANDBOX_CONTROL_TOKEN: bank.controlToken,
      });
      const demo = {
        powerAgency: { ...power, url: powerUrl },
        bank: { ...bank, url: bankUrl },
        city: { offers: [], accounts: [], controls: [] },
        staff: [],
      };
      const keys = {
        current: 'k',
        keys: { k: randomBytes(32).toString('base64') },
        indexKey: randomBytes(32).toString('base64'),
      };
      const url = await start('server', 'src/app/cli/main', ['serve', '--with-worker', '--seed'], {
        PORT: '0',
        DATABASE_URL: databaseUrl,
        REDIS_URL: servers.redisUrl,
        VAULT_KEYS: JSON.stringify(keys.keys),
        VAULT_CURRENT_KEY: keys.current,
        VAULT_INDEX_KEY: keys.indexKey,
        DEMO: JSON.stringify(demo),
        // Residents behind a balancer: the limit for one address is not what is measured.
        TRUST_PROXY: '1',
      });
      const started = new HttpCity(children, databaseUrl, url, demo);
      await started.control('bank', 'auto-confirm', { on: true });
      for (const resident of await signInResidents(databaseUrl, keys, payers)) {
        const { consNo } = await started.control<{ consNo: string }>('powerAgency', 'customers', {});
        started.payers.push({ ...resident, accountNumber: consNo });
      }
      return started;
    } catch (error) {
      for (const child of children.reverse()) await child.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (const child of this.children.reverse()) await child.stop();
  }

  /** Every resident has bills and pays them, one after the other, until so many are paid. */
  async pay(count: number): Promise<PaidOne[]> {
    const paid: PaidOne[] = [];
    let begun = 0;
    await Promise.all(
      this.payers.map(async (payer) => {
        while (begun++ < count) paid.push(await this.payOne(payer));
      }),
    );
    return paid;
  }

  /** The server's memory, in bytes, as it reports it. */
  async memory(): Promise<{ heapBytes: number; rssBytes: number }> {
    const { body } = await request(`${this.url}/metrics`);
    const text = await body.text();
    const figureOf = (name: string) =>
      Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? Number.NaN);
    return {
      heapBytes: figureOf('nodejs_heap_size_used_bytes'),
      rssBytes: figureOf('process_resident_memory_bytes'),
    };
  }

  /** All that was ordered is posted, once, and all books agree: ours, the bank's and the power company's. */
  async isCorrect(): Promise<boolean> {
    const db = openDb({ url: this.databaseUrl, poolMax: 1 });
    try {
      const [posted] = await db('payments')
        .where('status', 'posted')
        .count({ count: '*' })
        .sum({ minor: 'amount_minor' });
      const [all] = await db('payments').count({ count: '*' });
      const { items } = await this.control<{ items: { amountFen: number }[] }>('powerAgency', 'postings');
      const { orders } = await this.control<{ orders: { status: string }[] }>('bank', 'books');
      const facts = {
        ordered: this.made,
        payments: Number(all?.count),
        posted: Number(posted?.count),
        postedByAgency: items.length,
        debitedByBank: orders.filter((order) => order.status === 'DEBITED').length,
      };
      const agree = new Set(Object.values(facts)).size === 1;
      const balanced = (await trialBalance(db)).balanced && (await balancesThatDiffer(db)).length === 0;
      if (!agree || !balanced) console.error('the books do not agree:', facts, { balanced });
      return agree && balanced;
    } finally {
      await db.destroy();
    }
  }

  private async payOne(payer: Payer): Promise<PaidOne> {
    const { accountNumber } = payer;
    await this.control('powerAgency', 'bills', { consNo: accountNumber });
    const address = `10.${(this.made >> 16) % 256}.${(this.made >> 8) % 256}.${this.made % 256}`;
    this.made++;
    const call = <T>(method: 'GET' | 'POST', route: string, body?: object) =>
      this.call<T>(payer, address, method, route, body);
    const query = await call<{
      queryId: string;
      bills: { billId: string; amountDue: { amountMinor: number } }[];
    }>('POST', '/v1/bill-queries', { agencyId: AGENCY_ID, inputs: { accountNumber } });
    const amountMinor = query.bills.reduce((sum, bill) => sum + bill.amountDue.amountMinor, 0);
    const startedAtMs = performance.now();
    const { paymentId } = await call<{ paymentId: string }>('POST', '/v1/payments', {
      queryId: query.queryId,
      billIds: query.bills.map((bill) => bill.billId),
      amount: { amountMinor, currency: 'CNY' },
      channelId: CHANNEL_ID,
    });
    const orderedMs = performance.now() - startedAtMs;
    for (;;) {
      await sleep(LOOK_EVERY_MS);
      const { status } = await call<{ status: string }>('GET', `/v1/payments/${paymentId}`);
      const postedMs = performance.now() - startedAtMs;
      if (status === 'posted') return { orderedMs, postedMs };
      if (postedMs > GIVE_UP_AFTER_MS) throw new Error(`a payment is still ${status} after two minutes`);
    }
  }

  private async call<T>(
    payer: Payer,
    address: string,
    method: 'GET' | 'POST',
    route: string,
    body?: object,
  ): Promise<T> {
    const response = await request(this.url + route, {
      method,
      headers: {
        cookie: `civicpay_session=${payer.sessionToken}`,
        'x-csrf-token': payer.csrfToken,
        'x-forwarded-for': address,
        'content-type': 'application/json',
        'idempotency-key': randomBytes(16).toString('hex'),
      },
      body: body && JSON.stringify(body),
    });
    const text = await response.body.text();
    if (response.statusCode >= 300)
      throw new Error(`${method} ${route} answered ${response.statusCode}: ${text}`);
    return JSON.parse(text) as T;
  }

  private async control<T>(sandbox: 'powerAgency' | 'bank', command: string, body?: object): Promise<T> {
    const { url, controlToken } = this.demo[sandbox];
    const response = await request(`${url}/control/${command}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'x-control-token': controlToken, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const text = await response.body.text();
    if (response.statusCode >= 300)
      throw new Error(`${sandbox} ${command} answered ${response.statusCode}: ${text}`);
    return JSON.parse(text) as T;
  }
}
