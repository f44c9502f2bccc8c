import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { accountNumber } from '../../sandbox/power-agency/account-number.rules.ts';
import { type RunningPowerAgency, startPowerAgency } from '../../sandbox/power-agency/server.ts';
import type { CallContext, HttpClient, HttpResult } from '../../src/contract/index.ts';
import { type ClosableHttpClient, createHttpClient } from '../../src/infra/outbound-http/index.ts';
import { createTcpClient } from '../../src/infra/outbound-tcp/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { noBillStore } from '../../test/support/no-bill-store.ts';
import type { Settings } from './client.ts';
import electricity from './index.ts';

const merchant = { appId: 'civicpay', appSecret: 'a secret of the tests' };

describe('the connection to a power company', () => {
  let dataDir: string;
  let running: RunningPowerAgency;
  let http: ClosableHttpClient;
  beforeAll(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'power-agency-'));
    running = await startPowerAgency({ port: 0, dataDir, merchant, controlToken: 'unused' });
    http = createHttpClient({ allowPrivateAddresses: true });
  });
  afterAll(async () => {
    await http.close();
    await running.stop();
    rmSync(dataDir, { recursive: true });
  });

  const warnings: unknown[] = [];
  const contextOf = (client: HttpClient, settings: Partial<Settings> = {}): CallContext<Settings> => ({
    settings: { baseUrl: running.url, ...merchant, timeoutMs: 5_000, ...settings },
    http: client,
    tcp: createTcpClient({ allowPrivateAddresses: true }),
    billStore: noBillStore(),
    clock: systemClock,
    log: { debug() {}, info() {}, error() {}, warn: (message, fields) => warnings.push({ message, fields }) },
  });
  const query = (context: CallContext<Settings>, serial: number) =>
    electricity.operations.queryBills?.(context, { inputs: { accountNumber: accountNumber(serial, null) } });

  it('believes no answer that was given to another request', async () => {
    const answers: HttpResult[] = [];
    const replaying: HttpClient = {
      async send(request) {
        answers.push(await http.send(request));
        return answers[0] as HttpResult;
      },
    };
    expect(await query(contextOf(replaying), 1)).toMatchObject({ kind: 'due' });
    expect(await query(contextOf(replaying), 1)).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'answer_not_authentic' },
    });
  });

  it('believes no answer that was changed on the way', async () => {
    const tampering: HttpClient = {
      async send(request) {
        const result = await http.send(request);
        if (result.kind !== 'response') return result;
        const text = Buffer.from(result.body).toString('utf8');
        return { ...result, body: Buffer.from(text.replace('"totalAmt":"', '"totalAmt":"1')) };
      },
    };
    expect(await query(contextOf(tampering), 1)).toMatchObject({ reason: { code: 'answer_not_authentic' } });
  });

  it('with the wrong secret believes nothing, and says so to operators without a secret or an account', async () => {
    const appSecret = 'another secret than theirs';
    expect(await query(contextOf(http, { appSecret }), 1)).toMatchObject({
      reason: { code: 'answer_not_authentic' },
    });
    const said = JSON.stringify(warnings);
    expect(said).toContain('answer_not_authentic');
    for (const secret of [appSecret, merchant.appSecret, accountNumber(1, null)])
      expect(said).not.toContain(secret);
  });

  it('that is at our own limits was not used', async () => {
    const busy: HttpClient = { send: async () => ({ kind: 'notSent', cause: 'tooBusy' }) };
    const outcome = await electricity.operations.pay?.(contextOf(busy), {
      reference: 'pst_1',
      inputs: { accountNumber: accountNumber(1, null) },
      queryReference: 'q',
      bills: [{ billId: 'R1', amount: { amountMinor: 1, currency: 'CNY' } }],
      amount: { amountMinor: 1, currency: 'CNY' },
      debitedAtMs: 0,
    });
    expect(outcome).toEqual({ kind: 'notAttempted', reason: { code: 'too_busy', source: 'civicpay' } });
  });

  it('has settings that are checked', () => {
    const good = { baseUrl: 'https://power.example', ...merchant };
    expect(electricity.settings.parse(good)).toMatchObject({ timeoutMs: 10_000 });
    for (const bad of [
      { baseUrl: 'ftp://power.example' },
      { appSecret: 'short' },
      { timeoutMs: 5 },
      { appId: '' },
    ]) {
      expect(electricity.settings.safeParse({ ...good, ...bad }).success).toBe(false);
    }
  });
});
