import { readFileSync } from 'node:fs';
import path from 'node:path';
import { manifestSchema } from '../../src/contract/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import type {
  ContractFault,
  ContractOperation,
  ProviderSandbox,
} from '../../test/contract/provider/harness.ts';
import { providerContract } from '../../test/contract/provider.contract.ts';
import type { Settings } from './client.ts';
import provider from './index.ts';
import { StubAgency, type StubFault } from './stub-agency.ts';

const manifestFile = path.join(import.meta.dirname, 'manifests/my-agency.json');
const layoutFile = path.join(import.meta.dirname, 'statement-layout.json');
const DAY_MS = 86_400_000;

const PATHS: Partial<Record<ContractOperation, string>> = {
  queryBills: '/bills',
  pay: '/payments',
  queryPayment: '/payments/query',
  fetchStatement: '/statements',
};
const FAULTS: Record<ContractFault, StubFault> = {
  timeoutBeforePosting: 'silentBefore',
  timeoutAfterPosting: 'silentAfter',
  refuse: 'refuse',
  badJson: 'garbage',
  wrongSignature: 'wrongSignature',
  unknownCode: 'unknownCode',
  duplicate: 'duplicate',
  pendingThenPosted: 'processing',
};
const BILL_COUNTS = { oneDue: 1, severalDue: 3, nothingDue: 0 };

async function start(): Promise<ProviderSandbox<Settings>> {
  const secret = 'a secret of the tests';
  // Noon at the agency: no test then straddles midnight, whenever it runs.
  const midnightMs = Math.floor(systemClock.nowMs() / DAY_MS) * DAY_MS;
  let offsetMs = midnightMs + DAY_MS / 6 - systemClock.nowMs();
  const clock = { nowMs: () => systemClock.nowMs() + offsetMs };
  const agency = new StubAgency({ clock, secret });
  await agency.comeUp();
  return {
    settings: { baseUrl: agency.url, secret, timeoutMs: 1_000 },
    nowMs: () => clock.nowMs(),
    async account(kind) {
      const accountNumber = kind === 'unknown' ? '99999999' : agency.addAccount(BILL_COUNTS[kind]);
      return { inputs: { accountNumber }, personalData: [accountNumber, '欧阳小敏', '示范路 1 号'] };
    },
    async fault(fault, operation) {
      agency.addFault(PATHS[operation] ?? '', FAULTS[fault]);
    },
    async close() {
      agency.isClosed = true;
    },
    goDown: () => agency.goDown(),
    async heal() {
      agency.clearFaults();
      agency.isClosed = false;
      await agency.comeUp();
    },
    async settle() {
      agency.settle();
    },
    books: async () =>
      [...agency.payments.values()]
        .filter(({ state }) => state === 'POSTED')
        .map(({ reference, amountFen, billIds, postedAtMs }) => ({
          reference,
          amountMinor: amountFen,
          billIds,
          businessDate: new Date(postedAtMs + DAY_MS / 3).toISOString().slice(0, 10),
        })),
    async endDays() {
      offsetMs += 3 * DAY_MS;
    },
    readStatement: (content) =>
      Buffer.from(content)
        .toString('utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(','))
        .map(([reference = '', amountFen]) => ({ reference, amountMinor: Number(amountFen) })),
    statementLayout: JSON.parse(readFileSync(layoutFile, 'utf8')),
    stop: () => agency.goDown(),
  };
}

providerContract({
  name: 'my-agency, against its stub',
  provider,
  manifest: manifestSchema.parse(JSON.parse(readFileSync(manifestFile, 'utf8'))),
  start,
});
