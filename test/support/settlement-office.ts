import type { DoneBy } from '../../src/accounts/index.ts';
import { type Db, transact } from '../../src/infra/db/index.ts';
import { addDays, type BusinessDate } from '../../src/kernel/business-date.ts';
import { CHINA_CALENDAR } from '../../src/kernel/calendar.ts';
import { newId, randomShardHint } from '../../src/kernel/ids.ts';
import { money } from '../../src/kernel/money.ts';
import {
  balancesThatDiffer,
  postingJournal,
  postJournals,
  reversalJournal,
  trialBalance,
} from '../../src/ledger/index.ts';
import {
  type Adjustment,
  type agreedTermsSchema,
  createSettlement,
  type PayoutAccount,
  type ReconciledItem,
  type SettlementOffice,
  settlementThatDiffers,
} from '../../src/settlement/index.ts';
import { createTestVault } from './accounts.ts';
import { TestClock } from './test-clock.ts';

type Terms = import('zod').z.output<typeof agreedTermsSchema>;

export const NET_T1: Terms = {
  currency: 'CNY',
  cutOff: { timeZone: 'Asia/Shanghai', cutOff: '00:00' },
  cycle: { kind: 'daily' },
  payoutAfterDays: 1,
  basis: 'net',
  minimumPayoutMinor: 0,
  reserve: null,
};

/** A member of staff, in one of any number of sessions. */
export const person = (id: string): DoneBy => ({
  actor: { kind: 'staff', id },
  traceId: null,
  addressIndex: null,
});

export const bankAccount = (holderName: string): PayoutAccount => ({
  holderName,
  bankName: '中国工商银行',
  bankCode: '102581000013',
  accountNumber: '3602000119200000001',
});

/** Noon of a date in China. */
export const noonOf = (date: BusinessDate): number => Date.parse(`${date}T04:00:00Z`);

let agenciesMade = 0;

/**
 * Settlement on a real ledger: payments and refunds are posted as billing posts them, and what reconciliation would say of
 * them is what the test says.
 */
export class TestOffice {
  readonly clock: TestClock;
  readonly office: SettlementOffice;
  readonly db: Db;
  readonly unreconciled = new Set<string>();
  readonly disputed = new Set<string>();
  readonly waitsFor = new Map<BusinessDate, string[]>();
  readonly withoutAccount = new Set<string>();
  readonly holderNames = new Map<string, string>();
  private readonly items: (ReconciledItem & { agencyId: string; foundAtMs: number })[] = [];
  private readonly adjustments: (Adjustment & { agencyId: string })[] = [];

  constructor(db: Db, options: { date?: BusinessDate; payer?: boolean } = {}) {
    this.db = db;
    this.clock = new TestClock(noonOf(options.date ?? '2026-03-02'));
    this.office = createSettlement({
      db,
      vault: createTestVault(),
      clock: this.clock,
      calendar: CHINA_CALENDAR,
      itemsOf: (agencyId, businessDate) => this.itemsOf(agencyId, businessDate),
      adjustmentsOf: (agencyId) => this.adjustmentsOf(agencyId),
      datesOf: async (agencyId, { to }) => this.datesOf(agencyId, to),
      disputedPayments: async () => this.disputed,
      namesOf: async (agencyId) => ({ 'zh-CN': `机构${agencyId}`, en: agencyId }),
      accountOf: async (agencyId) =>
        this.withoutAccount.has(agencyId)
          ? null
          : bankAccount(this.holderNames.get(agencyId) ?? '广州供电局'),
      payer: options.payer === false ? null : { bankId: 'icbc', account: bankAccount('市民缴费平台') },
    });
  }

  /** An agency of its own, with terms that two people agreed to. */
  async agency(terms: Partial<Terms> = {}, effectiveFrom = '2026-03-02'): Promise<string> {
    const agencyId = `agency-${++agenciesMade}`;
    await this.agree(agencyId, terms, effectiveFrom);
    return agencyId;
  }

  async agree(agencyId: string, terms: Partial<Terms>, effectiveFrom: BusinessDate): Promise<string> {
    const asked = { effectiveFrom, terms: { ...NET_T1, ...terms } };
    const { termsId } = await this.office.terms.propose(agencyId, asked, person('stf_ann'));
    await this.office.terms.decide(termsId, { state: 'approved', reason: null }, person('stf_ben'));
    return termsId;
  }

  /** Posts a payment, as billing does. */
  async pay(
    agencyId: string,
    businessDate: BusinessDate,
    amountMinor: number,
    feeMinor = 0,
  ): Promise<string> {
    const paymentId = newId('pay', this.clock.nowMs(), randomShardHint());
    await this.post('posting', { agencyId, businessDate, amountMinor, feeMinor, paymentId });
    const key = { agencyId, itemId: paymentId, kind: 'payment', paymentId } as const;
    this.items.push({ ...key, businessDate, amountMinor, feeMinor, ...this.found() });
    return paymentId;
  }

  /** Undoes a posting, as billing does: fees are given up with it. */
  async refund(paymentId: string, businessDate: BusinessDate): Promise<void> {
    const payment = this.items.find((item) => item.itemId === paymentId);
    if (!payment) throw new Error('no such payment');
    const { agencyId, amountMinor, feeMinor } = payment;
    await this.post('reversal', { agencyId, businessDate, amountMinor, feeMinor, paymentId });
    const key = { agencyId, itemId: `${paymentId}-refund`, kind: 'refund', paymentId } as const;
    this.items.push({ ...key, businessDate, amountMinor, feeMinor, ...this.found() });
  }

  /** A correction that reconciliation found; what it moved in the ledger stands on other kinds of journals. */
  async adjust(agencyId: string, businessDate: BusinessDate, amountMinor: number): Promise<string> {
    const itemId = newId('brk', this.clock.nowMs(), randomShardHint());
    const adjustment = { agencyId, itemId, paymentId: null, businessDate, amountMinor, note: '更正' };
    this.adjustments.push(adjustment);
    return itemId;
  }

  goTo(date: BusinessDate): void {
    this.clock.advance(Math.max(0, noonOf(date) - this.clock.nowMs()));
  }

  /** Settles one agency as far as it goes; what it came to, window by window, and why it went no further. */
  async settle(agencyId: string) {
    const rounds = await this.office.settlements.settleDue();
    const round = rounds.find((one) => one.agencyId === agencyId);
    if (!round) throw new Error('the agency has no terms');
    return round;
  }

  /** Two others approve a file, and it is sent. */
  async approveAndSend(batchId: string, sha256: string) {
    await this.office.payouts.approve(batchId, sha256, person('stf_ben'));
    await this.office.payouts.approve(batchId, sha256, person('stf_cho'));
    return this.office.payouts.send(batchId, person('stf_ann'));
  }

  /** Everything that always holds. */
  async expectSound(): Promise<void> {
    expect((await trialBalance(this.db)).balanced).toBe(true);
    expect(await balancesThatDiffer(this.db)).toEqual([]);
    expect(await settlementThatDiffers(this.db)).toEqual([]);
  }

  private found() {
    return { state: 'reconciled' as const, foundAtMs: this.clock.nowMs() };
  }

  private async post(
    kind: 'posting' | 'reversal',
    move: {
      agencyId: string;
      businessDate: string;
      amountMinor: number;
      feeMinor: number;
      paymentId: string;
    },
  ): Promise<void> {
    const { agencyId, businessDate, amountMinor, feeMinor, paymentId } = move;
    const journal = {
      subjectId: paymentId,
      amount: money(amountMinor, 'CNY'),
      businessDate,
      agencyId,
      channelId: 'bank',
      shares: { agencyMinor: amountMinor - feeMinor, platformMinor: feeMinor, channelMinor: 0 },
    };
    const draft = kind === 'posting' ? postingJournal(journal) : reversalJournal(journal);
    await transact(this.db, (tx) => postJournals(tx, [draft], this.clock.nowMs()));
  }

  private async *itemsOf(agencyId: string, businessDate: BusinessDate): AsyncGenerator<ReconciledItem> {
    for (const { agencyId: owner, foundAtMs: _, ...item } of this.items) {
      if (owner !== agencyId || item.businessDate !== businessDate) continue;
      yield { ...item, state: this.unreconciled.has(item.itemId) ? 'unreconciled' : 'reconciled' };
    }
  }

  private async *adjustmentsOf(agencyId: string): AsyncGenerator<Adjustment> {
    for (const { agencyId: owner, ...adjustment } of this.adjustments)
      if (owner === agencyId) yield adjustment;
  }

  private datesOf(agencyId: string, until: BusinessDate) {
    const changed = new Map<BusinessDate, number>();
    for (const { agencyId: owner, businessDate, foundAtMs } of this.items) {
      if (owner !== agencyId || businessDate > until) continue;
      changed.set(businessDate, Math.max(changed.get(businessDate) ?? 0, foundAtMs));
    }
    for (const date of this.waitsFor.keys()) if (date <= until && !changed.has(date)) changed.set(date, 0);
    return [...changed].sort().map(([businessDate, changedAtMs]) => ({
      businessDate,
      waitsFor: this.waitsFor.get(businessDate) ?? [],
      changedAtMs,
    }));
  }
}

/** Dates from one on, in order. */
export const datesFrom = (date: BusinessDate, count: number): BusinessDate[] =>
  Array.from({ length: count }, (_, days) => addDays(date, days));
