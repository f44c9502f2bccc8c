import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { accountNumber } from '../../sandbox/power-agency/account-number.rules.ts';
import type { AgencyOperation } from '../../sandbox/power-agency/agency.ts';
import { startPowerAgency } from '../../sandbox/power-agency/server.ts';
import { ALWAYS_OPEN } from '../../sandbox/support/service-hours.ts';
import { manifestSchema } from '../../src/contract/index.ts';
import { chinaDate } from '../../src/kernel/china-time.ts';
import { parseMinor } from '../../src/kernel/money.ts';
import type { ContractOperation, ProviderSandbox } from '../../test/contract/provider/harness.ts';
import { providerContract } from '../../test/contract/provider.contract.ts';
import type { Settings } from './client.ts';
import electricity from './index.ts';

const manifestFile = path.join(import.meta.dirname, 'manifests/guangzhou-power.json');
const AGENCY_OPERATIONS: Partial<Record<ContractOperation, AgencyOperation>> = {
  queryBills: 'queryArrears',
  pay: 'pay',
  queryPayment: 'queryPayment',
  fetchStatement: 'dailyFile',
};

async function start(): Promise<ProviderSandbox<Settings>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'power-agency-'));
  const appSecret = 'a secret of the tests';
  const { url, agency, goDown, comeUp, stop } = await startPowerAgency({
    port: 0,
    dataDir,
    merchant: { appId: 'civicpay', appSecret },
    controlToken: 'unused',
  });
  // Noon at the agency: no test then straddles midnight or the cut-off, whenever it runs.
  agency.clock.set(Date.parse(`${chinaDate(agency.clock.nowMs())}T12:00:00+08:00`));
  return {
    settings: { baseUrl: url, appId: 'civicpay', appSecret, timeoutMs: 1_000 },
    nowMs: () => agency.clock.nowMs(),
    async account(kind) {
      const name = '司徒文轩';
      if (kind === 'unknown') {
        const consNo = accountNumber(99_999_999, null);
        return { inputs: { accountNumber: consNo }, personalData: [consNo] };
      }
      const { consNo } = await agency.addCustomer({ name });
      if (kind !== 'nothingDue') await agency.issueBill({ consNo });
      if (kind === 'severalDue') {
        await agency.issueBill({ consNo, dueDate: '2025-03-14', month: '202502' });
        await agency.issueBill({
          consNo,
          usage: { tariff: 'timeOfUse', peakKwh: 90, flatKwh: 201, valleyKwh: 320 },
        });
      }
      return { inputs: { accountNumber: consNo }, personalData: [consNo, name, '新港西路'] };
    },
    async fault(fault, operation) {
      agency.addFault({ operation: AGENCY_OPERATIONS[operation] ?? operation, fault, times: 1 });
    },
    async close() {
      const nowMs = agency.clock.nowMs();
      agency.setServiceHours({ ...ALWAYS_OPEN, maintenance: [{ fromMs: nowMs, toMs: nowMs + 3_600_000 }] });
    },
    goDown,
    async heal() {
      agency.clearFaults();
      agency.setServiceHours(ALWAYS_OPEN);
      await comeUp();
    },
    async settle() {
      agency.clock.advance(10_000);
    },
    books: async () => agency.postings(),
    async endDays() {
      agency.clock.advance(3 * 86_400_000);
    },
    readStatement: (content) =>
      Buffer.from(content)
        .toString('utf8')
        .split('\n')
        .filter((line) => line.startsWith('D|'))
        .map((line) => line.split('|'))
        .map(([, , reference = '', , , amount = '']) => ({
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
  name: 'electricity, against the sandbox power company',
  provider: electricity,
  manifest: manifestSchema.parse(JSON.parse(readFileSync(manifestFile, 'utf8'))),
  start,
});
