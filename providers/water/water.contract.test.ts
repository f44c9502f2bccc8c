import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ALWAYS_OPEN } from '../../sandbox/support/service-hours.ts';
import { ACCOUNT_NUMBERS } from '../../sandbox/water-agency/account-number.rules.ts';
import { startWaterAgency } from '../../sandbox/water-agency/server.ts';
import { readDailyFile } from '../../sandbox/water-agency/statement.ts';
import { manifestSchema } from '../../src/contract/index.ts';
import { chinaDate } from '../../src/kernel/china-time.ts';
import { parseMinor } from '../../src/kernel/money.ts';
import type { ProviderSandbox } from '../../test/contract/provider/harness.ts';
import { providerContract } from '../../test/contract/provider.contract.ts';
import type { Settings } from './client.ts';
import water from './index.ts';

const manifestFile = path.join(import.meta.dirname, 'manifests/guangzhou-water.json');
const keyPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
  });
const [merchant, theirs] = [keyPair(), keyPair()];

async function start(): Promise<ProviderSandbox<Settings>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'water-agency-'));
  const { url, agency, goDown, comeUp, stop } = await startWaterAgency({
    port: 0,
    dataDir,
    keys: {
      merchantId: 'civicpay',
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
      merchantId: 'civicpay',
      merchantPrivateKey: merchant.privateKey.toString('base64'),
      agencyPublicKey: theirs.publicKey.toString('base64'),
      // Twenty calls at once are each signed twice with RSA: half a second may be too little on a busy machine.
      timeoutMs: 1_500,
    },
    nowMs: () => conduct.clock.nowMs(),
    async account(kind) {
      const name = '司徒文轩';
      if (kind === 'unknown') {
        const accountNo = ACCOUNT_NUMBERS.numberOf(999_999, null);
        return { inputs: { accountNumber: accountNo }, personalData: [accountNo] };
      }
      const { accountNo } = await agency.addCustomer({ name });
      if (kind !== 'nothingDue') await agency.issueBill({ accountNo });
      if (kind === 'severalDue') {
        await agency.issueBill({ accountNo, dueDate: '2025-03-14', period: '202502' });
        await agency.issueBill({ accountNo, period: '202506', usage: { volumeM3: 90, months: 2 } });
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
    books: async () => agency.postings(),
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
  name: 'water, against the sandbox water company',
  provider: water,
  manifest: manifestSchema.parse(JSON.parse(readFileSync(manifestFile, 'utf8'))),
  start,
});
