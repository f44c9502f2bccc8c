import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Manifest, manifestSchema } from '../../src/contract/index.ts';
import { businessDateOf } from '../../src/kernel/business-date.ts';
import type { ContractOperation, ProviderSandbox } from '../../test/contract/provider/harness.ts';
import { providerContract } from '../../test/contract/provider.contract.ts';
import { setAgencyAheadMs, startOpenAgency } from '../../test/support/open-agency.ts';
import { startOpenAgencyFront } from '../../test/support/open-agency-front.ts';
import type { ProtocolPath, Settings } from './client.ts';
import openProtocol from './index.ts';
import { readSigningKey } from './keys.ts';
import { signRequest } from './signatures.ts';

const CUT_OFF = { timeZone: 'Asia/Shanghai', cutOff: '00:00' };
const DAY_MS = 86_400_000;
const PATHS: Partial<Record<ContractOperation, ProtocolPath>> = {
  validateAccount: '/accounts/validate',
  queryBills: '/bills/query',
  plans: '/plans/query',
  pay: '/payments',
  queryPayment: '/payments/query',
  reverse: '/payments/reverse',
  refund: '/payments/refund',
  fetchStatement: '/statements/query',
};

interface Account {
  holder: { maskedName: string };
  bills?: object[];
}

interface Data {
  agencies: Record<string, { hours: { from: string; to: string }; accounts?: Record<string, Account> }>;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, file), 'utf8'));
}

const manifests = [
  'xian-heating',
  'guangzhou-broadband',
  'guangzhou-cable-tv',
  'guangzhou-traffic-fines',
].map((name) => manifestSchema.parse(readJson(`manifests/${name}.json`)));

function billOf(billId: string, amountMinor: number, period: string): object {
  const amount = { amountMinor, currency: 'CNY' };
  const line = { kind: 'usage', label: { 'zh-CN': '采暖费', en: 'Heating' }, amount };
  return { billId, period, amountDue: amount, lines: [line] };
}

function startOf(manifest: Manifest): () => Promise<ProviderSandbox<Settings>> {
  const code = manifest.agencyCode ?? '';
  return async () => {
    const data = readJson('../../sandbox/reference-agency/data.json') as Data;
    const ofCode = data.agencies[code];
    if (!ofCode) throw new Error(`the reference agency has no ${code}`);
    const agency = await startOpenAgency(data);
    const front = await startOpenAgencyFront(agency);
    const realNowMs = Date.now();
    const noonMs = Date.parse(`${businessDateOf(realNowMs, CUT_OFF)}T12:00:00+08:00`);
    let aheadMs = noonMs - realNowMs;
    const advance = (byMs: number) => {
      aheadMs += byMs;
      setAgencyAheadMs(aheadMs);
    };
    advance(0);
    const setHours = (from: string, to: string) => {
      ofCode.hours = { from, to };
      agency.writeData(data);
    };
    let serial = 0;
    const accepted = () => agency.booked().filter(({ answer }) => answer.outcome === 'accepted');
    const { ours, theirs } = agency;
    return {
      settings: {
        baseUrl: front.url,
        signingKeys: [{ keyId: ours.keyId, privateKey: ours.privateKey }],
        agencyKeys: [{ keyId: theirs.keyId, publicKey: theirs.publicKey }],
        timeoutMs: 10_000,
      },
      nowMs: () => Date.now() + aheadMs,
      async account(kind) {
        serial++;
        const digits = String(serial).padStart(7, '5');
        const id = {
          heating: `H${digits}`,
          broadband: `gz0${digits}`,
          'cable-tv': `8${digits}00`,
          'traffic-fine': `44010000${digits}`,
        }[code] as string;
        const inputs = { [manifest.inputs.accountField]: id };
        if (code === 'traffic-fine')
          return { inputs: { ...inputs, plateNumber: '粤A12345' }, personalData: [id] };
        if (kind !== 'unknown' && ofCode.accounts) {
          const bills = [1, 2, 3].map((n) =>
            billOf(`HT-${serial}-${n}`, 10_000 * n + serial, `202${n}-202${n + 1}`),
          );
          const count = { oneDue: 1, severalDue: 3, nothingDue: 0 }[kind];
          const account: Account = { holder: { maskedName: '赵*' } };
          ofCode.accounts[id] = code === 'heating' ? { ...account, bills: bills.slice(0, count) } : account;
          agency.writeData(data);
        }
        return { inputs, personalData: [id] };
      },
      async fault(fault, operation) {
        front.fault(PATHS[operation] ?? '', fault);
      },
      close: async () => setHours('00:00', '00:00'),
      goDown: front.goDown,
      async heal() {
        front.clear();
        setHours('00:00', '24:00');
        await front.comeUp();
      },
      settle: front.settle,
      books: async () =>
        accepted()
          .filter((line) => line.path === '/payments')
          .map(({ ask, atMs }) => ({
            reference: ask.reference,
            amountMinor: ask.amount.amountMinor,
            billIds: ask.bills.map(({ billId }) => billId),
            businessDate: businessDateOf(atMs, CUT_OFF),
          })),
      undoings: async () =>
        accepted().flatMap(({ ask: { reference, originalReference, amount } }) =>
          originalReference ? [{ reference, originalReference, amountMinor: amount.amountMinor }] : [],
        ),
      endDays: async () => advance(2 * DAY_MS),
      readStatement: (content) =>
        Buffer.from(content)
          .toString('utf8')
          .split('\n')
          .slice(1, -2)
          .map((line) => line.split(','))
          .map(([kind, reference = '', , , , amountMinor]) => ({
            reference,
            amountMinor: Number(amountMinor) * (kind === 'refund' ? -1 : 1),
          })),
      async webhook(posting, ageSeconds = 0) {
        const [booked] = accepted().filter(({ ask }) => ask.reference === posting.reference);
        const rawBody = Buffer.from(
          JSON.stringify({
            eventId: `posted-${posting.reference}`,
            type: 'payment',
            reference: posting.reference,
            payment: booked?.answer ?? { outcome: 'pending' },
          }),
        );
        const url = 'https://civicpay.example/v1/webhooks/providers/open-agency-sandbox';
        const headers = signRequest(
          { method: 'POST', url, contentType: 'application/json', body: rawBody },
          {
            keyId: theirs.keyId,
            key: readSigningKey(theirs.privateKey),
            createdSeconds: Math.floor(Date.now() / 1000) - ageSeconds,
          },
        );
        const { host, pathname } = new URL(url);
        return { method: 'POST', path: pathname, headers: { ...headers, host }, rawBody };
      },
      async stop() {
        setAgencyAheadMs(0);
        await front.stop();
        await agency.stop();
      },
    };
  };
}

for (const manifest of manifests) {
  providerContract({
    name: `open-protocol, ${manifest.id} at the reference agency`,
    provider: openProtocol,
    manifest,
    otherManifests: manifests,
    start: startOf(manifest),
  });
}

describe('the reference agency', () => {
  const sources = ['server.mjs', 'billing.mjs', 'books.mjs', 'signatures.mjs'].map((name) => ({
    name,
    lines: readFileSync(path.join(import.meta.dirname, '../../sandbox/reference-agency', name), 'utf8').split(
      '\n',
    ),
  }));

  it('has a server of fewer than a hundred lines, and files that can be read in one sitting', () => {
    const counts = Object.fromEntries(sources.map(({ name, lines }) => [name, lines.length - 1]));
    expect(counts['server.mjs']).toBeLessThan(100);
    expect(Math.max(...Object.values(counts))).toBeLessThan(100);
  });

  it('stands on Node alone', () => {
    const imported = sources.flatMap(({ lines }) =>
      lines.flatMap((line) => /^import .* from '([^']+)'/.exec(line)?.[1] ?? []),
    );
    expect(imported.length).toBeGreaterThan(5);
    expect(imported.filter((name) => !/^(node:|\.\/\w+\.mjs$)/.test(name))).toEqual([]);
  });
});
