import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PIPELINE_NUMBERS, PREPAID_NUMBERS } from '../../sandbox/gas-agency/account-number.rules.ts';
import { startGasAgency } from '../../sandbox/gas-agency/server.ts';
import { readDailyFile } from '../../sandbox/gas-agency/statement.ts';
import { ALWAYS_OPEN } from '../../sandbox/support/service-hours.ts';
import { manifestSchema } from '../../src/contract/index.ts';
import { chinaDate } from '../../src/kernel/china-time.ts';
import { parseMinor } from '../../src/kernel/money.ts';
import type { BookedPosting, ProviderSandbox } from '../../test/contract/provider/harness.ts';
import { providerContract } from '../../test/contract/provider.contract.ts';
import type { Settings } from './client.ts';
import gas from './index.ts';
import { toFulfilment } from './map.ts';

const manifestOf = (id: string) =>
  manifestSchema.parse(
    JSON.parse(readFileSync(path.join(import.meta.dirname, `manifests/${id}.json`), 'utf8')),
  );
const [pipeline, prepaid] = [manifestOf('guangzhou-gas'), manifestOf('guangzhou-gas-card')];
const keyPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
  });
const [merchant, theirs] = [keyPair(), keyPair()];

async function start(meter: 'pipeline' | 'card' | 'token'): Promise<ProviderSandbox<Settings>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'gas-agency-'));
  const { url, agency, goDown, comeUp, stop } = await startGasAgency({
    port: 0,
    dataDir,
    keys: {
      appId: 'civicpay',
      merchantPublicKey: merchant.publicKey.toString('base64'),
      agencyPrivateKey: theirs.privateKey.toString('base64'),
    },
    controlToken: 'unused',
  });
  const { conduct } = agency;
  // Noon at the agency: no test then straddles midnight or the cut-off, whenever it runs.
  conduct.clock.set(Date.parse(`${chinaDate(conduct.clock.nowMs())}T12:00:00+08:00`));
  return {
    settings: {
      baseUrl: url,
      appId: 'civicpay',
      merchantPrivateKey: merchant.privateKey.toString('base64'),
      agencyPublicKey: theirs.publicKey.toString('base64'),
      // Twenty calls at once are each signed twice with RSA: half a second may be too little on a busy machine.
      timeoutMs: 1_500,
    },
    nowMs: () => conduct.clock.nowMs(),
    async account(kind) {
      const name = '司徒文轩';
      if (kind === 'unknown') {
        const numbers = meter === 'pipeline' ? PIPELINE_NUMBERS : PREPAID_NUMBERS;
        const accountNo = numbers.numberOf(9_999_999, null);
        return { inputs: { accountNumber: accountNo }, personalData: [accountNo] };
      }
      const { accountNo } = await agency.addCustomer({ name, meter });
      if (meter === 'pipeline' && kind !== 'nothingDue') await agency.issueBill({ accountNo });
      if (meter === 'pipeline' && kind === 'severalDue') {
        await agency.issueBill({ accountNo, dueDate: '2025-03-14', period: '202502' });
        await agency.issueBill({ accountNo, period: '202506', volumeM3: 330 });
      }
      return { inputs: { accountNumber: accountNo }, personalData: [accountNo, name, '新港西路'] };
    },
    async fault(fault, operation) {
      conduct.addFault({ operation, fault, times: 1 });
    },
    async close() {
      const nowMs = conduct.clock.nowMs();
      conduct.setServiceHours({ ...ALWAYS_OPEN, maintenance: [{ fromMs: nowMs, toMs: nowMs + 3_600_000 }] });
    },
    goDown,
    async heal() {
      conduct.clearFaults();
      conduct.setServiceHours(ALWAYS_OPEN);
      await comeUp();
    },
    async settle() {
      conduct.clock.advance(10_000);
    },
    books: async () =>
      agency.postings().map(({ purchase, ...posting }): BookedPosting => {
        if (!purchase) return posting;
        const volume = (purchase.volumeDm3 / 1000).toFixed(1);
        const { handedOver } = purchase;
        const supply =
          meter === 'card'
            ? ({ type: 'CARD', volume, write_code: handedOver } as const)
            : ({ type: 'TOKEN', volume, token: handedOver } as const);
        return { ...posting, fulfilment: toFulfilment(supply) };
      }),
    undoings: async () => agency.undoings(),
    async endDays() {
      conduct.clock.advance(3 * 86_400_000);
    },
    readStatement: (content) =>
      readDailyFile(content).map(({ reference, amount }) => ({
        reference,
        amountMinor: parseMinor(amount, 'CNY'),
      })),
    async stop() {
      await stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

providerContract({
  name: 'gas, against the pipeline bills of the sandbox gas company',
  provider: gas,
  manifest: pipeline,
  otherManifests: [prepaid],
  start: () => start('pipeline'),
});

providerContract({
  name: 'gas, against the keypad meters of the sandbox gas company',
  provider: gas,
  manifest: prepaid,
  otherManifests: [pipeline],
  start: () => start('token'),
});

providerContract({
  name: 'gas, against the card meters of the sandbox gas company',
  provider: gas,
  manifest: prepaid,
  otherManifests: [pipeline],
  start: () => start('card'),
});
