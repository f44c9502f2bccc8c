import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { agencyIdOf, type OnboardingService } from '../agencies/index.ts';
import type { BillFiles } from '../bill-files/index.ts';
import type { ManifestInput } from '../contract/index.ts';
import type { DemoAccount } from '../http/demo.routes.ts';
import { DomainError } from '../kernel/errors.ts';
import type { Config, DemoSettings } from './config.ts';
import { closeContainer, createContainer, TOKENS as T } from './container.ts';
import { PLUG_INS } from './plug-ins.ts';
import { seedSettlement } from './seed-settlement.ts';

const PROVIDERS = path.resolve(import.meta.dirname, '../../providers');

/** The connections of the demo city; their ids are those that the manifests name. */
const POWER_CONNECTION = 'guangzhou-power-gateway';
const BANK_CONNECTION = 'sandbox-bank';
const FILE_CONNECTION = 'file-billers';

/** What agencies without a system send, by agency. */
const SAMPLE_FILES: Readonly<Record<string, string>> = {
  'guangzhou-property': 'property-fees.csv',
  'guangzhou-school': 'school-fees.xlsx',
};

/**
 * Makes the demo city, or brings it up to date: connections to the sandboxes as they are now, their
 * manifests, staff to sign in as. Done again it changes nothing. Throws RangeError outside a demo.
 */
export async function seedDemo({ config }: { config: Config }): Promise<void> {
  const { demo } = config;
  if (!demo) throw new RangeError('only a demo is seeded: DEMO is not set');
  const container = createContainer({ ...config, logLevel: 'warn' }, 'seed');
  try {
    const agencies = container.resolve(T.agencies);
    const limits = { concurrency: 64, ratePerSecond: 2_000 };
    await agencies.putConnection({
      connectionId: POWER_CONNECTION,
      plug: 'provider',
      kind: 'electricity',
      settings: { baseUrl: demo.powerAgency.url, appId: 'civicpay', appSecret: demo.powerAgency.appSecret },
      limits,
    });
    await agencies.putConnection({
      connectionId: BANK_CONNECTION,
      plug: 'channel',
      kind: 'sandbox-bank',
      settings: {
        baseUrl: demo.bank.url,
        merchantId: 'civicpay',
        merchantKey: demo.bank.merchantKey,
        webhookSecret: demo.bank.webhookSecret,
      },
      limits,
    });
    for (const { connectionId, kind, settings } of demo.city.offers) {
      await agencies.putConnection({ connectionId, plug: 'provider', kind, settings, limits });
    }
    await agencies.putConnection({
      connectionId: FILE_CONNECTION,
      plug: 'provider',
      kind: 'file-biller',
      settings: { folder: null },
      limits,
    });
    const connected = [
      POWER_CONNECTION,
      FILE_CONNECTION,
      ...demo.city.offers.map(({ connectionId }) => connectionId),
    ];
    for (const { connectionId, kind } of demo.city.offers) {
      if (lists(kind)) await takeOver(container.resolve(T.onboarding).catalogues, connectionId);
    }
    for (const manifest of readManifests()) {
      if (connected.includes(manifest.connection)) await agencies.publishManifest(manifest);
    }
    for (const [agencyId, sample] of Object.entries(SAMPLE_FILES)) {
      await seedBillFile(container.resolve(T.billFiles), agencyId, sample);
    }
    await seedStaff(container.resolve(T.accounts), demo.staff);
    const [asks, approves] = demo.staff;
    if (asks && approves) await seedSettlement(container, [asks.email, approves.email]);
  } finally {
    await closeContainer(container);
  }
}

/** Every manifest that lies beside a provider. */
function readManifests(): ManifestInput[] {
  return readdirSync(PROVIDERS, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(path.dirname(file)) === 'manifests' && file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(path.join(PROVIDERS, file), 'utf8')) as ManifestInput);
}

/** Takes an agency's sample file; the same file again changes nothing. */
async function seedBillFile(billFiles: BillFiles, agencyId: string, fileName: string): Promise<void> {
  const folder = path.join(PROVIDERS, 'file-biller');
  await billFiles.setUp(
    agencyId,
    JSON.parse(readFileSync(path.join(folder, `setups/${agencyId}.json`), 'utf8')),
  );
  const sample = path.join(folder, 'samples', fileName);
  await billFiles.importFile({ agencyId, path: sample, fileName, importedBy: null });
}

/** Whether connections of a kind list the agencies that they carry. */
const lists = (kind: string) =>
  PLUG_INS.providers.some((provider) => provider.kind === kind && provider.operations.listAgencies);

/** Reached by its own connection already; as many water companies would be two of one. */
const NOT_TAKEN_OVER = ['GD4401WATER1'];

/** Takes over every agency that a connection lists, but for those that are reached otherwise. */
async function takeOver(catalogues: OnboardingService['catalogues'], connectionId: string): Promise<void> {
  const { revisionId, entries } = await catalogues.sync(connectionId);
  const codes = entries.map(({ agencyCode }) => agencyCode).filter((code) => !NOT_TAKEN_OVER.includes(code));
  if (codes.length > 0) await catalogues.acceptDirectly(connectionId, revisionId, codes);
}

/** The accounts of a city, with the ids that the agencies have here. */
export function demoAccounts({ accounts }: DemoSettings['city']): DemoAccount[] {
  const ofCity = accounts.flatMap(({ agencyId, listedAs, inputs, about }) => {
    if (listedAs && NOT_TAKEN_OVER.includes(listedAs.agencyCode)) return [];
    const id = agencyId ?? (listedAs && agencyIdOf(listedAs.connectionId, listedAs.agencyCode));
    return id ? [{ agencyId: id, inputs, about }] : [];
  });
  return [...ofCity, ...SAMPLE_ACCOUNTS];
}

/** Accounts in the sample files, for trying out. */
const SAMPLE_ACCOUNTS: readonly DemoAccount[] = [
  {
    agencyId: 'guangzhou-property',
    inputs: { customerNumber: 'WY20260001' },
    about: { 'zh-CN': '两个月待缴', en: 'two months due' },
  },
  {
    agencyId: 'guangzhou-school',
    inputs: { studentNumber: '2026090101', studentName: '陈小雨' },
    about: { 'zh-CN': '早缴有优惠，晚缴有滞纳', en: 'less when early, more when late' },
  },
];

type Staff = NonNullable<Config['demo']>['staff'];

async function seedStaff(
  accounts: { staff: { create(staff: object): Promise<unknown> } },
  people: Staff,
): Promise<void> {
  for (const { role, ...person } of people) {
    try {
      await accounts.staff.create({ ...person, roles: [role] });
    } catch (error) {
      if (!(error instanceof DomainError && error.kind === 'conflict')) throw error;
    }
  }
}
