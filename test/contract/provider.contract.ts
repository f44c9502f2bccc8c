import { manifestSchema, missingCapabilities, type ProviderCapability } from '../../src/contract/index.ts';
import { type ClosableHttpClient, createHttpClient } from '../../src/infra/outbound-http/index.ts';
import { type ClosableTcpClient, createTcpClient } from '../../src/infra/outbound-tcp/index.ts';
import { noBillStore } from '../support/no-bill-store.ts';
import { provesExportAdvice, provesImportBills } from './provider/files.ts';
import type { Group } from './provider/group.ts';
import { Caller, type ProviderSandbox, type ProviderUnderTest } from './provider/harness.ts';
import { provesListAgencies } from './provider/listings.ts';
import { provesPlans } from './provider/plans.ts';
import { provesPay, provesQueryPayment } from './provider/postings.ts';
import { provesQueryBills } from './provider/queries.ts';
import { provesFetchStatement } from './provider/statements.ts';
import { provesRefund, provesReverse } from './provider/undoing.ts';
import { provesValidateAccount } from './provider/validations.ts';
import { provesParseWebhook } from './provider/webhooks.ts';

/** The proof of each capability; one that is declared and has none here fails the suite. */
const PROOFS: Partial<Record<ProviderCapability, <S>(group: Group<S>) => void>> = {
  validateAccount: provesValidateAccount,
  queryBills: provesQueryBills,
  plans: provesPlans,
  pay: provesPay,
  queryPayment: provesQueryPayment,
  reverse: provesReverse,
  refund: provesRefund,
  fetchStatement: provesFetchStatement,
  importBills: provesImportBills,
  exportAdvice: provesExportAdvice,
  listAgencies: provesListAgencies,
  parseWebhook: provesParseWebhook,
};

/**
 * The suite that every provider passes: it has what its manifest declares and nothing else, each operation behaves over a
 * real connection whatever the agency does, nothing throws, and no personal data is in a reason or a log.
 */
export function providerContract<Settings>(subject: ProviderUnderTest<Settings>): void {
  const { provider, manifest } = subject;
  describe(`provider contract: ${subject.name}`, () => {
    it('has a valid manifest, and settings of its own shape', async () => {
      expect(manifestSchema.safeParse(manifest).error).toBeUndefined();
      expect(provider.settings.safeParse({}).success).toBe(false);
    });

    it('has every operation that is declared, and none that is not', () => {
      expect(missingCapabilities(provider, manifest.capabilities)).toEqual([]);
      const declared = [manifest, ...(subject.otherManifests ?? [])].flatMap(
        ({ capabilities }) => capabilities,
      );
      expect(Object.keys(provider.operations).sort()).toEqual([...new Set(declared)].sort());
    });

    it('declares nothing that this suite cannot prove', () => {
      expect(manifest.capabilities.filter((capability) => !PROOFS[capability])).toEqual([]);
    });

    for (const capability of manifest.capabilities) {
      describe(capability, () => PROOFS[capability]?.(startedGroup(subject)));
    }
  });
}

/** A sandbox and a client for one group of tests, stopped after it; personal data is looked for after each test. */
function startedGroup<Settings>(subject: ProviderUnderTest<Settings>): Group<Settings> {
  let sandbox: ProviderSandbox<Settings> | undefined;
  let caller: Caller<Settings> | undefined;
  const clients: (ClosableHttpClient | ClosableTcpClient)[] = [];
  const said: string[] = [];
  const personalData = new Set<string>();
  const is = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('not started');
    return value;
  };
  const newCaller = () => {
    const http = createHttpClient({ allowPrivateAddresses: true });
    const tcp = createTcpClient({ allowPrivateAddresses: true });
    clients.push(http, tcp);
    const billStore = is(sandbox).billStore ?? noBillStore();
    return new Caller(subject, is(sandbox).settings, { http, tcp, billStore }, said);
  };
  beforeAll(async () => {
    sandbox = await subject.start();
    caller = newCaller();
  });
  afterEach(async () => {
    await sandbox?.heal();
    for (const secret of personalData) expect(said.join('\n')).not.toContain(secret);
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await sandbox?.stop();
  });
  return {
    manifest: subject.manifest,
    sandbox: () => is(sandbox),
    caller: () => is(caller),
    newCaller,
    async account(kind) {
      const account = await is(sandbox).account(kind);
      for (const secret of account.personalData) personalData.add(secret);
      return account;
    },
  };
}
