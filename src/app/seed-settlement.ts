import type { DependencyContainer } from 'tsyringe';
import { createOnboarding, type SettlementAccount } from '../agencies/index.ts';
import { chinaDate } from '../kernel/china-time.ts';
import type { AgreedTerms } from '../settlement/index.ts';
import { TOKENS as T } from './container.ts';
import { PLUG_INS } from './plug-ins.ts';

/** Every agency of the demo is paid net of fees, on the next business day. */
const TERMS: AgreedTerms = {
  currency: 'CNY',
  cutOff: { timeZone: 'Asia/Shanghai', cutOff: '00:00' },
  cycle: { kind: 'daily' },
  payoutAfterDays: 1,
  basis: 'net',
  minimumPayoutMinor: 0,
  reserve: null,
};
const MOST_AGENCIES = 200;

/**
 * Gives every agency terms and an account to be paid to, asked for by one person and approved by another, as finance would; what is
 * there stays as it is.
 */
export async function seedSettlement(
  container: DependencyContainer,
  emails: readonly [asks: string, approves: string],
): Promise<void> {
  const { staffDirectory } = container.resolve(T.accounts);
  const [asks, approves] = await Promise.all(
    emails.map(async (email) => {
      const person = await staffDirectory.byEmail(email);
      if (!person) throw new RangeError('the demo’s staff are seeded before');
      return { kind: 'staff', id: person.staffId, traceId: null, addressIndex: null } as const;
    }),
  );
  if (!asks || !approves) throw new RangeError('two people are named');
  const clock = container.resolve(T.clock);
  const agencies = container.resolve(T.agencies);
  // Nobody waits a day for a demo to begin.
  const { settlementAccounts, approvals } = createOnboarding({
    db: container.resolve(T.db),
    vault: container.resolve(T.vault),
    log: container.resolve(T.log),
    clock,
    plugIns: PLUG_INS,
    agencies,
    conformanceKits: {},
    settlementWaitMs: 0,
  });
  const { terms } = container.resolve(T.settlement);
  const { items } = await agencies.listAgencies({ limit: MOST_AGENCIES });
  for (const { agencyId, manifest } of items) {
    const { current, pending } = await settlementAccounts.view(agencyId);
    if (!current && !pending) {
      const account = accountOf(manifest.names['zh-CN'], agencyId);
      await approvals.approve(await settlementAccounts.propose(agencyId, account, asks), approves);
    }
    if ((await terms.list({ agencyId })).length > 0) continue;
    const asked = {
      effectiveFrom: chinaDate(clock.nowMs()),
      terms: { ...TERMS, currency: manifest.currency },
    };
    const by = ({ kind, id }: typeof asks) => ({ actor: { kind, id }, traceId: null, addressIndex: null });
    const { termsId } = await terms.propose(agencyId, asked, by(asks));
    await terms.decide(termsId, { state: 'approved', reason: null }, by(approves));
  }
}

/** An account of nobody's, another one for each agency. */
function accountOf(holderName: string, agencyId: string): SettlementAccount {
  const digits = [...agencyId].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 10 ** 10, 7);
  return {
    holderName,
    bankName: '沙盒银行广州分行',
    bankCode: '313581000014',
    accountNumber: `622299${String(digits).padStart(12, '0')}`,
  };
}
