import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PIPELINE_NUMBERS } from '../../sandbox/gas-agency/account-number.rules.ts';
import { type RunningGasAgency, startGasAgency } from '../../sandbox/gas-agency/server.ts';
import type { CallContext, HttpClient, HttpResult } from '../../src/contract/index.ts';
import { type ClosableHttpClient, createHttpClient } from '../../src/infra/outbound-http/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import type { Settings } from './client.ts';
import gas from './index.ts';

const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [merchant, theirs, stranger] = [keyPair(), keyPair(), keyPair()];
const privateOf = ({ privateKey }: typeof merchant) =>
  privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
const publicOf = ({ publicKey }: typeof merchant) =>
  publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const accountNumber = PIPELINE_NUMBERS.numberOf(1, null);

describe('the connection to a gas company', () => {
  let dataDir: string;
  let running: RunningGasAgency;
  let http: ClosableHttpClient;
  beforeAll(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'gas-agency-'));
    running = await startGasAgency({
      port: 0,
      dataDir,
      keys: {
        appId: 'civicpay',
        merchantPublicKey: publicOf(merchant),
        agencyPrivateKey: privateOf(theirs),
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

  const good = () => ({
    baseUrl: running.url,
    appId: 'civicpay',
    merchantPrivateKey: privateOf(merchant),
    agencyPublicKey: publicOf(theirs),
  });
  const warnings: unknown[] = [];
  const query = (client: HttpClient, settings: Partial<Settings> = {}) => {
    const context = {
      settings: { ...good(), timeoutMs: 5_000, ...settings },
      http: client,
      clock: systemClock,
      log: {
        debug() {},
        info() {},
        error() {},
        warn: (message: string, fields?: object) => warnings.push({ message, fields }),
      },
    } as Partial<CallContext<Settings>> as CallContext<Settings>;
    return gas.operations.queryBills?.(context, { inputs: { accountNumber } });
  };
  /** A line on which answers are changed on their way. */
  const changing = (change: (text: string) => string): HttpClient => ({
    async send(request) {
      const result = await http.send(request);
      if (result.kind !== 'response') return result;
      const changed = change(Buffer.from(result.body).toString('utf8'));
      expect(changed).not.toBe(Buffer.from(result.body).toString('utf8'));
      return { ...result, body: Buffer.from(changed) };
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
    expect(await query(replaying)).toMatchObject({ kind: 'due' });
    expect(await query(replaying)).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'answer_not_authentic' },
    });
  });

  const edited = (edit: (fields: URLSearchParams) => void) => (text: string) => {
    const fields = new URLSearchParams(text);
    edit(fields);
    return fields.toString();
  };
  it.each<[string, (text: string) => string]>([
    ['an amount', (text) => text.replace(/payable%22%3A%22/, 'payable%22%3A%221')],
    ['a field added', edited((fields) => fields.set('more', 'x'))],
    ['a field taken away', edited((fields) => fields.delete('timestamp'))],
    ['the code', edited((fields) => fields.set('code', '40102'))],
    ['one field made of two', (text) => text.replace('&msg=', '%26msg%3D')],
    ['the way of signing', edited((fields) => fields.set('sign_type', 'NONE'))],
    ['no signature', edited((fields) => fields.delete('sign'))],
  ])('believes no answer that was changed on the way: %s', async (_, change) => {
    expect(await query(changing(change))).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'answer_not_authentic' },
    });
  });

  it('does not read what is not theirs', async () => {
    for (const change of [(text: string) => `${text}&code=10000`, (text: string) => `${text}&code=40102`]) {
      expect(await query(changing(change))).toMatchObject({ reason: { code: 'answer_not_understood' } });
    }
  });

  it('with a wrong key believes nothing, or is refused, and says so without a key or an account', async () => {
    expect(await query(http, { agencyPublicKey: publicOf(stranger) })).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'answer_not_authentic' },
    });
    expect(await query(http, { merchantPrivateKey: privateOf(stranger) })).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'refused_by_agency', detail: 'code 40001' },
    });
    const said = JSON.stringify(warnings);
    expect(said).toContain('answer_not_authentic');
    for (const secret of [privateOf(merchant), privateOf(stranger), accountNumber]) {
      expect(said).not.toContain(secret);
    }
  });

  it('has settings that are checked', () => {
    expect(gas.settings.parse(good())).toMatchObject({ timeoutMs: 10_000 });
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const bad of [
      { baseUrl: 'ftp://gas.example' },
      { appId: '' },
      { merchantPrivateKey: 'AAAA' },
      { merchantPrivateKey: publicOf(merchant) },
      { agencyPublicKey: privateOf(merchant) },
      { agencyPublicKey: elliptic.publicKey.export({ format: 'der', type: 'spki' }).toString('base64') },
      { timeoutMs: 5 },
    ]) {
      expect(gas.settings.safeParse({ ...good(), ...bad }).success).toBe(false);
    }
  });
});
