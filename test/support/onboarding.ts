import {
  type Actor,
  type Agencies,
  createOnboarding,
  type OnboardingService,
} from '../../src/agencies/index.ts';
import type { Vault } from '../../src/infra/crypto/index.ts';
import type { Db } from '../../src/infra/db/index.ts';
import { createLogger } from '../../src/infra/log/index.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { openPlainAgencies } from './plain-agency.ts';

export interface TestOnboarding {
  onboarding: OnboardingService;
  agencies: Agencies;
  /** What the kit finds from now on. */
  kit: { passes: boolean; runs: number };
}

/** Onboarding on a suite's own database, with the plain agency's connection, and a kit that finds what the test says. */
export async function openOnboarding(options: {
  db: Db;
  vault: Vault;
  clock: Clock;
}): Promise<TestOnboarding> {
  const { agencies, plugIns } = await openPlainAgencies(options);
  const kit = { passes: true, runs: 0 };
  const onboarding = createOnboarding({
    ...options,
    log: createLogger({ level: 'silent', service: 'test' }),
    plugIns,
    agencies,
    conformanceKits: {
      plain: async ({ manifest }) => {
        kit.runs++;
        return { passed: kit.passes, report: { agencyId: manifest.id, checks: [] } };
      },
    },
  });
  return { onboarding, agencies, kit };
}

export function someActor(id: string): Actor {
  return { kind: 'staff', id, traceId: null, addressIndex: null };
}
