import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ManifestInput } from '../contract/index.ts';
import { DomainError } from '../kernel/errors.ts';
import type { Config } from './config.ts';
import { closeContainer, createContainer, TOKENS as T } from './container.ts';

const PROVIDERS = path.resolve(import.meta.dirname, '../../providers');

/** The connections of the demo city; their ids are those that the manifests name. */
const POWER_CONNECTION = 'guangzhou-power-gateway';
const BANK_CONNECTION = 'sandbox-bank';

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
    const connected = [POWER_CONNECTION, ...demo.city.offers.map(({ connectionId }) => connectionId)];
    for (const manifest of readManifests()) {
      if (connected.includes(manifest.connection)) await agencies.publishManifest(manifest);
    }
    await seedStaff(container.resolve(T.accounts), demo.staff);
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
