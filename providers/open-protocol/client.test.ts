import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CallContext, HttpClient } from '../../src/contract/index.ts';
import { type ClosableHttpClient, createHttpClient } from '../../src/infra/outbound-http/index.ts';
import { createTcpClient } from '../../src/infra/outbound-tcp/index.ts';
import { noBillStore } from '../../test/support/no-bill-store.ts';
import { newOpenAgencyKeys, type OpenAgency, startOpenAgency } from '../../test/support/open-agency.ts';
import { call, type Settings, settingsSchema, urlOf } from './client.ts';

const data = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../sandbox/reference-agency/data.json'), 'utf8'),
) as object;
const DAY_MS = 86_400_000;

describe('a connection of the open protocol', () => {
  let agency: OpenAgency;
  let http: ClosableHttpClient;
  beforeAll(async () => {
    agency = await startOpenAgency(data);
    http = createHttpClient({ allowPrivateAddresses: true });
  });
  afterAll(async () => {
    await http.close();
    await agency.stop();
  });

  const warnings: unknown[] = [];
  const ask = (settings: Partial<Settings> = {}, client: HttpClient = http, aheadMs = 0) => {
    const { ours, theirs } = agency;
    const context: CallContext<Settings> = {
      settings: settingsSchema.parse({
        baseUrl: agency.url,
        signingKeys: [{ keyId: ours.keyId, privateKey: ours.privateKey }],
        agencyKeys: [{ keyId: theirs.keyId, publicKey: theirs.publicKey }],
        ...settings,
      }),
      http: client,
      tcp: createTcpClient({ allowPrivateAddresses: true }),
      billStore: noBillStore(),
      clock: { nowMs: () => Date.now() + aheadMs },
      log: { debug() {}, info() {}, error() {}, warn: (_, fields) => warnings.push(fields) },
    };
    const request = { agencyCode: 'heating', inputs: { accountNumber: 'H0000001' } };
    return call(context, '/bills/query', request);
  };

  it('believes no answer that was given to another request', async () => {
    let first: Awaited<ReturnType<HttpClient['send']>> | undefined;
    const replaying: HttpClient = {
      async send(request) {
        first ??= await http.send(request);
        return first;
      },
    };
    expect(await ask({}, replaying)).toMatchObject({ kind: 'answer', status: 200 });
    expect(await ask({}, replaying)).toMatchObject({
      kind: 'unknown',
      reason: { code: 'answer_not_authentic', detail: 'HTTP status 200, signatureWrong' },
    });
  });

  it('believes no answer that was changed on the way, its status included', async () => {
    const changing = (change: (result: { status: number; body: Uint8Array }) => object): HttpClient => ({
      async send(request) {
        const result = await http.send(request);
        return result.kind === 'response' ? { ...result, ...change(result) } : result;
      },
    });
    for (const change of [
      () => ({ status: 404 }),
      ({ body }: { body: Uint8Array }) => ({ body: Buffer.concat([body, Buffer.from(' ')]) }),
      () => ({ headers: {} }),
    ]) {
      expect(await ask({}, changing(change))).toMatchObject({ reason: { code: 'answer_not_authentic' } });
    }
  });

  it('signs with the latest key that has begun, and takes each of the agency’s until its time', async () => {
    const { ours, theirs } = agency;
    const next = newOpenAgencyKeys('civicpay-next');
    const at = (offMs: number) => new Date(Date.now() + offMs).toISOString();
    const keysFrom = (signsFrom: string) => [
      { keyId: ours.keyId, privateKey: ours.privateKey },
      { keyId: next.keyId, privateKey: next.privateKey, signsFrom },
    ];
    expect(await ask({ signingKeys: keysFrom(at(DAY_MS)) })).toMatchObject({ kind: 'answer', status: 200 });
    expect(await ask({ signingKeys: keysFrom(at(-DAY_MS)) })).toMatchObject({ kind: 'answer', status: 401 });

    const other = newOpenAgencyKeys('agency-next');
    const keysUntil = (notAfter: string) => [
      { keyId: other.keyId, publicKey: other.publicKey },
      { keyId: theirs.keyId, publicKey: theirs.publicKey, notAfter },
    ];
    expect(await ask({ agencyKeys: keysUntil(at(DAY_MS)) })).toMatchObject({ kind: 'answer' });
    expect(await ask({ agencyKeys: keysUntil(at(-DAY_MS)) })).toMatchObject({
      reason: { code: 'answer_not_authentic', detail: 'HTTP status 200, keyUnknown' },
    });
  });

  it('says nothing of keys or accounts to operators', async () => {
    expect(await ask({}, http, DAY_MS)).toMatchObject({ kind: 'answer', status: 401 });
    expect(warnings.length).toBeGreaterThan(0);
    const said = JSON.stringify(warnings);
    for (const secret of [agency.ours.privateKey, 'H0000001']) expect(said).not.toContain(secret);
  });

  it('has settings that are checked', () => {
    const { ours, theirs } = agency;
    const signingKey = { keyId: ours.keyId, privateKey: ours.privateKey };
    const good = { baseUrl: 'https://a.example/pay', signingKeys: [signingKey], agencyKeys: [theirs] };
    expect(settingsSchema.parse(good)).toMatchObject({ timeoutMs: 10_000 });
    for (const bad of [
      { baseUrl: 'ftp://a.example' },
      { signingKeys: [] },
      { signingKeys: [{ ...signingKey, privateKey: ours.publicKey }] },
      { signingKeys: [{ ...signingKey, signsFrom: '2026-01-01T00:00:00Z' }] },
      { agencyKeys: [{ keyId: 'a"b', publicKey: theirs.publicKey }] },
      { agencyKeys: [{ keyId: 'a', publicKey: theirs.privateKey }] },
      { timeoutMs: 1 },
    ]) {
      expect(settingsSchema.safeParse({ ...good, ...bad }).success).toBe(false);
    }
  });

  it('keeps what comes before the paths in its address', () => {
    expect(urlOf('https://a.example/pay/', '/payments')).toBe('https://a.example/pay/payments');
    expect(urlOf('https://a.example', '/payments')).toBe('https://a.example/payments');
  });
});
