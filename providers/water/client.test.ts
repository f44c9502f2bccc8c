import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ACCOUNT_NUMBERS } from '../../sandbox/water-agency/account-number.rules.ts';
import { type RunningWaterAgency, startWaterAgency } from '../../sandbox/water-agency/server.ts';
import type { CallContext, HttpClient, HttpResult } from '../../src/contract/index.ts';
import { type ClosableHttpClient, createHttpClient } from '../../src/infra/outbound-http/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import type { Settings } from './client.ts';
import water from './index.ts';

const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [merchant, theirs, stranger] = [keyPair(), keyPair(), keyPair()];
const privateOf = ({ privateKey }: typeof merchant) =>
  privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
const publicOf = ({ publicKey }: typeof merchant) =>
  publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const accountNumber = ACCOUNT_NUMBERS.numberOf(1, null);

describe('the connection to a water company', () => {
  let dataDir: string;
  let running: RunningWaterAgency;
  let http: ClosableHttpClient;
  beforeAll(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'water-agency-'));
    running = await startWaterAgency({
      port: 0,
      dataDir,
      keys: {
        merchantId: 'civicpay',
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
    merchantId: 'civicpay',
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
    return water.operations.queryBills?.(context, { inputs: { accountNumber } });
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

  it.each<[string, (text: string) => string]>([
    ['an amount', (text) => text.replace(/<TotalAmt>/, '<TotalAmt>1')],
    ['an element added', (text) => text.replace('</Body>', '<QueryNo>x</QueryNo></Body>')],
    ['an element moved', (text) => text.replace(/(<Bill>.*<\/Bill>)(<\/Body>)/, '</Body><Body>$1$2')],
    ['an element wrapped', (text) => text.replace(/(<QueryNo>.*<\/QueryNo>)/, '<X>$1</X>')],
    ['the code', (text) => text.replace('<RtnCode>000000', '<RtnCode>100002')],
    ['no signature', (text) => text.replace(/<Sign>.*<\/Sign>/, '<Sign></Sign>')],
  ])('believes no answer that was changed on the way: %s', async (_, change) => {
    expect(await query(changing(change))).toMatchObject({
      kind: 'unavailable',
      reason: { code: expect.stringMatching(/^answer_not_(authentic|understood)$/) },
    });
  });

  it.each<[string, (text: string) => string]>([
    ['a DOCTYPE', (text) => text.replace('<Message>', '<!DOCTYPE Message [<!ENTITY e "x">]><Message>')],
    ['a name that looks like a path', (text) => text.replace(/<QueryNo>(.*)<\/QueryNo>/, '<Q.N>$1</Q.N>')],
    ['an attribute', (text) => text.replace('<Body>', '<Body a="1">')],
    ['text beside elements', (text) => text.replace('<Message>', '<Message>x')],
    ['a nest without end', (text) => text.replace('<Body>', `<Body>${'<a>'.repeat(50)}`)],
    ['another document', () => '<html><h1>502 Bad Gateway</h1></html>'],
  ])('does not read what is not theirs: %s', async (_, change) => {
    expect(await query(changing(change))).toMatchObject({ reason: { code: 'answer_not_understood' } });
  });

  it('with a wrong key believes nothing, or is refused, and says so without a key or an account', async () => {
    expect(await query(http, { agencyPublicKey: publicOf(stranger) })).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'answer_not_authentic' },
    });
    expect(await query(http, { merchantPrivateKey: privateOf(stranger) })).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'refused_by_agency', detail: 'RtnCode 900001' },
    });
    const said = JSON.stringify(warnings);
    expect(said).toContain('answer_not_authentic');
    for (const secret of [privateOf(merchant), privateOf(stranger), accountNumber]) {
      expect(said).not.toContain(secret);
    }
  });

  it('has settings that are checked', () => {
    expect(water.settings.parse(good())).toMatchObject({ timeoutMs: 10_000 });
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const bad of [
      { baseUrl: 'ftp://water.example' },
      { merchantId: '' },
      { merchantPrivateKey: 'AAAA' },
      { merchantPrivateKey: publicOf(merchant) },
      { agencyPublicKey: privateOf(merchant) },
      { agencyPublicKey: elliptic.publicKey.export({ format: 'der', type: 'spki' }).toString('base64') },
      { timeoutMs: 5 },
    ]) {
      expect(water.settings.safeParse({ ...good(), ...bad }).success).toBe(false);
    }
  });
});
