import type { Agencies, OnboardingService } from '../agencies/index.ts';
import type { Billing } from '../billing/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import type { Db } from '../infra/db/index.ts';
import { CHINA_CALENDAR } from '../kernel/calendar.ts';
import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';
import { agencyAdjustments, datesOfAgency, reconciledItems } from '../reconciliation/index.ts';
import { createSettlement, type SettlementDeps, type SettlementOffice } from '../settlement/index.ts';
import type { Config } from './config.ts';

/** A demo pays from an account that is nobody's. */
const DEMO_PAYER = {
  bankId: 'sandbox-bank',
  holderName: '羊城市民缴费平台',
  bankName: '沙盒银行广州分行',
  bankCode: '313581000014',
  accountNumber: '6222000000000000001',
};
const DISPUTES_A_PAGE = 500;

interface OfficeParts {
  db: Db;
  vault: Vault;
  clock: Clock;
  agencies: Agencies;
  onboarding: OnboardingService;
  billing: Billing;
}

/** Settlement with what it asks of reconciliation, billing and agencies. */
export function createSettlementOffice(
  parts: OfficeParts,
  config: Pick<Config, 'payoutAccount' | 'demo'>,
): SettlementOffice {
  const { db, vault, clock, agencies, onboarding } = parts;
  const sourcesOf = async (agencyId: string): Promise<string[]> => {
    const manifest = (await agencies.getAgency(agencyId))?.manifest;
    return manifest ? [manifest.connection, ...manifest.otherRoutes.map(({ connection }) => connection)] : [];
  };
  return createSettlement({
    db,
    vault,
    clock,
    calendar: CHINA_CALENDAR,
    async *itemsOf(agencyId, businessDate) {
      const sourceIds = await sourcesOf(agencyId);
      for await (const item of reconciledItems(db, vault, { agencyId, sourceIds, businessDate })) {
        yield { ...item, amountMinor: Math.abs(item.amountMinor) };
      }
    },
    async *adjustmentsOf(agencyId) {
      for (const { breakId, ...adjustment } of await agencyAdjustments(db, agencyId)) {
        yield { ...adjustment, note: `对账差错 Break ${breakId}` };
      }
    },
    datesOf: async (agencyId, span) => datesOfAgency(db, { ...span, sourceIds: await sourcesOf(agencyId) }),
    disputedPayments: (agencyId) => disputedPayments(parts.billing, agencyId),
    namesOf: async (agencyId) => {
      const agency = await agencies.getAgency(agencyId);
      if (!agency) throw new DomainError('notFound', 'agency_not_found');
      return agency.manifest.names;
    },
    accountOf: (agencyId) => onboarding.settlementAccounts.inEffect(agencyId),
    payer: payerOf(config),
  });
}

function payerOf({ payoutAccount, demo }: Pick<Config, 'payoutAccount' | 'demo'>): SettlementDeps['payer'] {
  const set = payoutAccount ?? (demo ? DEMO_PAYER : null);
  if (!set) return null;
  const { bankId, ...account } = set;
  return { bankId, account };
}

async function disputedPayments({ disputes }: Billing, agencyId: string): Promise<Set<string>> {
  const found = new Set<string>();
  for (let afterId: string | null = null; ; ) {
    const page = { status: 'open', limit: DISPUTES_A_PAGE, afterId } as const;
    const items: Awaited<ReturnType<typeof disputes.ofAgency>> = await disputes.ofAgency(agencyId, page);
    for (const { paymentId } of items) found.add(paymentId);
    const last = items.at(-1);
    if (!last || items.length < DISPUTES_A_PAGE) return found;
    afterId = last.disputeId;
  }
}
