import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEMO_CUSTOMERS } from '../../sandbox/provident-fund-center/demo-customers.ts';
import {
  type RunningProvidentFundCenter,
  startProvidentFundCenter,
} from '../../sandbox/provident-fund-center/server.ts';
import type { CallContext, HttpClient, HttpResult } from '../../src/contract/index.ts';
import { type ClosableHttpClient, createHttpClient } from '../../src/infra/outbound-http/index.ts';
import { createTcpClient } from '../../src/infra/outbound-tcp/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { generateSm2KeyPair } from '../../src/kernel/sm2.ts';
import { noBillStore } from '../../test/support/no-bill-store.ts';
import type { Settings } from './client.ts';
import providentFund from './index.ts';

const [merchant, theirs, somebody] = [generateSm2KeyPair(), generateSm2KeyPair(), generateSm2KeyPair()];
const ours = {
  merchantNo: 'civicpay',
  merchantPrivateKey: merchant.privateKeyHex,
  centerPublicKey: theirs.publicKeyHex,
};

describe('the connection to a provident fund center', () => {
  let dataDir: string;
  let running: RunningProvidentFundCenter;
  let http: ClosableHttpClient;
  beforeAll(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'fund-center-'));
    running = await startProvidentFundCenter({
      port: 0,
      dataDir,
      keys: {
        merchantNo: 'civicpay',
        merchantPublicKey: merchant.publicKeyHex,
        centerPrivateKey: theirs.privateKeyHex,
      },
      controlToken: 'unused',
    });
    http = createHttpClient({ allowPrivateAddresses: true });
  });
  afterAll(async () => {
    await http.close();
    await running.stop();
    rmSync(dataDir, { recursive: true });
  });

  const warnings: unknown[] = [];
  const contextOf = (client: HttpClient, settings: Partial<Settings> = {}): CallContext<Settings> => ({
    settings: { baseUrl: running.url, ...ours, timeoutMs: 5_000, ...settings },
    http: client,
    tcp: createTcpClient({ allowPrivateAddresses: false }),
    billStore: noBillStore(),
    clock: systemClock,
    log: { debug() {}, info() {}, error() {}, warn: (message, fields) => warnings.push({ message, fields }) },
  });
  const { accountNo: accountNumber = '', name = '' } = DEMO_CUSTOMERS[0] ?? {};
  const validate = (context: CallContext<Settings>) =>
    providentFund.operations.validateAccount?.(context, { inputs: { accountNumber, name } });
  const changing = (change: (fields: URLSearchParams) => void): HttpClient => ({
    async send(request) {
      const result = await http.send(request);
      if (result.kind !== 'response') return result;
      const fields = new URLSearchParams(Buffer.from(result.body).toString());
      change(fields);
      return { ...result, body: Buffer.from(fields.toString()) };
    },
  });

  it('believes no answer that was given to another request', async () => {
    const answers: HttpResult[] = [];
    const replaying: HttpClient = {
      async send(request) {
        answers.push(await http.send(request));
        return answers[0] as HttpResult;
      },
    };
    expect(await validate(contextOf(replaying))).toMatchObject({ kind: 'valid' });
    expect(await validate(contextOf(replaying))).toMatchObject({ reason: { code: 'answer_not_authentic' } });
  });

  it('believes no answer that was changed on the way', async () => {
    const changes: ((fields: URLSearchParams) => void)[] = [
      (fields) => fields.set('holder_name', '王*'),
      (fields) => fields.set('code', 'E1001'),
      (fields) => fields.set('more', 'than was signed'),
      (fields) => fields.delete('timestamp'),
      (fields) => fields.delete('sign'),
      (fields) => fields.set('sign_type', 'NONE'),
    ];
    for (const change of changes) {
      expect(await validate(contextOf(changing(change)))).toMatchObject({
        reason: { code: 'answer_not_authentic' },
      });
    }
    const twice = changing((fields) => fields.append('code', 'S0000'));
    expect(await validate(contextOf(twice))).toMatchObject({ reason: { code: 'answer_not_understood' } });
  });

  it('with the wrong keys believes nothing, and says so to operators without a key or an account', async () => {
    const centerPublicKey = somebody.publicKeyHex;
    expect(await validate(contextOf(http, { centerPublicKey }))).toMatchObject({
      reason: { code: 'answer_not_authentic' },
    });
    const merchantPrivateKey = somebody.privateKeyHex;
    expect(await validate(contextOf(http, { merchantPrivateKey }))).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'refused_by_agency', detail: 'code E9001' },
    });
    const said = JSON.stringify(warnings);
    expect(said).toContain('answer_not_authentic');
    for (const secret of [merchant.privateKeyHex, accountNumber, name]) expect(said).not.toContain(secret);
  });

  it('that is at our own limits was not used', async () => {
    const busy: HttpClient = { send: async () => ({ kind: 'notSent', cause: 'tooBusy' }) };
    const outcome = await providentFund.operations.pay?.(contextOf(busy), {
      reference: 'pst_1',
      inputs: { accountNumber, name },
      bills: [],
      amount: { amountMinor: 10_000, currency: 'CNY' },
      debitedAtMs: 0,
    });
    expect(outcome).toEqual({ kind: 'notAttempted', reason: { code: 'too_busy', source: 'civicpay' } });
  });

  it('has settings that are checked', () => {
    const good = { baseUrl: 'https://fund.example', ...ours };
    expect(providentFund.settings.parse(good)).toMatchObject({ timeoutMs: 10_000 });
    for (const bad of [
      { baseUrl: 'ftp://fund.example' },
      { merchantPrivateKey: 'short' },
      { centerPublicKey: `04${'0'.repeat(128)}` },
      { timeoutMs: 5 },
      { merchantNo: '' },
    ]) {
      expect(providentFund.settings.safeParse({ ...good, ...bad }).success).toBe(false);
    }
  });
});
