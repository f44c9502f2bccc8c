import { BILLERS, NUMBERINGS } from '../../sandbox/bank-biller-channel/billers.ts';
import { ALWAYS_OPEN } from '../../sandbox/support/service-hours.ts';
import { type Manifest, manifestSchema } from '../../src/contract/index.ts';
import { chinaDate } from '../../src/kernel/china-time.ts';
import type { ProviderSandbox } from '../../test/contract/provider/harness.ts';
import { providerContract } from '../../test/contract/provider.contract.ts';
import {
  BROADBAND,
  CABLE_TV,
  inputOf,
  openBillerBank,
  TELEPHONE,
  WATER,
} from '../../test/support/biller-bank.ts';
import type { Settings } from './client.ts';
import bankBillerChannel from './index.ts';
import { toListing } from './listings.ts';
import { billerSchema } from './wire.ts';

function manifestOf(billerId: string): Manifest {
  const biller = billerSchema.parse(BILLERS.find((candidate) => candidate.billerId === billerId));
  const listing = toListing(biller);
  return manifestSchema.parse({ ...listing, id: 'behind-a-bank', connection: 'a-bank' });
}

async function start(billerId: string): Promise<ProviderSandbox<Settings>> {
  const { settings, bank, goDown, comeUp, stop } = await openBillerBank(1_000);
  const { conduct } = bank;
  // Noon at the bank: no test then straddles midnight, whenever it runs.
  conduct.clock.set(Date.parse(`${chinaDate(conduct.clock.nowMs())}T12:00:00+08:00`));
  const key = inputOf(billerId);
  return {
    settings,
    nowMs: () => conduct.clock.nowMs(),
    async account(kind) {
      const name = '司徒文轩';
      if (kind === 'unknown') {
        const number = NUMBERINGS[billerId]?.numberOf(99_999, null) ?? '';
        return { inputs: { [key]: number }, personalData: [number] };
      }
      const { number = '' } = (await bank.addCustomer({ billerId, name })) ?? {};
      if (kind !== 'nothingDue') await bank.issueBill({ billerId, number });
      if (kind === 'severalDue') await bank.issueBill({ billerId, number, month: '202502' });
      return { inputs: { [key]: number }, personalData: [number, name] };
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
    books: async () => bank.postings(),
    async endDays() {
      conduct.clock.advance(3 * 86_400_000);
    },
    readStatement: (content) =>
      Buffer.from(content)
        .toString('utf8')
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split('\t'))
        .map(([, reference = '', , fen]) => ({ reference, amountMinor: Number(fen) })),
    stop,
  };
}

const manifests = [CABLE_TV, TELEPHONE, BROADBAND, WATER].map(manifestOf);

describe.each([
  ['broadband, whose bills are fetched', BROADBAND],
  ['water, whose bills are paid together', WATER],
  ['cable TV, which sells packages', CABLE_TV],
  ['telephone, whose accounts are validated', TELEPHONE],
])('bank channel: %s', (name, billerId) => {
  providerContract({
    name,
    provider: bankBillerChannel,
    manifest: manifestOf(billerId),
    otherManifests: manifests,
    start: () => start(billerId),
  });
});
