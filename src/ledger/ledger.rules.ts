import type { BusinessDate } from '../kernel/business-date.ts';
import { type Money, sumMinor } from '../kernel/money.ts';
import type { EntryDraft, JournalDraft, JournalKind, LedgerAccount } from './ledger.types.ts';

/** What a channel has taken for us and not paid over yet. */
export const channelClearing = (channelId: string): LedgerAccount => ({
  code: `channel_clearing/${channelId}`,
  class: 'asset',
});

/** Taken from residents, and neither written off nor given back yet. */
export const fundsInTransit: LedgerAccount = { code: 'funds_in_transit', class: 'liability' };

/** Collected for an agency and owed to it. */
export const agencyPayable = (agencyId: string): LedgerAccount => ({
  code: `agency_payable/${agencyId}`,
  class: 'liability',
});

/** What we earn by collecting. */
export const feeIncome: LedgerAccount = { code: 'fee_income', class: 'income' };

/** A channel's share of the fees, owed to it. */
export const channelFeesPayable = (channelId: string): LedgerAccount => ({
  code: `channel_fees_payable/${channelId}`,
  class: 'liability',
});

/** Money in an account of ours at a bank; the id is that of its channel, or of the account that payouts leave. */
export const bank = (bankId: string): LedgerAccount => ({ code: `bank/${bankId}`, class: 'asset' });

export interface MoneyMove {
  subjectId: string;
  amount: Money;
  businessDate: BusinessDate;
}

/** 扣款: the channel took the money. */
export const debitJournal = (move: MoneyMove & { channelId: string }): JournalDraft =>
  transfer('debit', move, channelClearing(move.channelId), fundsInTransit);

/** Whose what was taken is once it is posted; they add up to the amount of the move. */
interface PostingMove extends MoneyMove {
  agencyId: string;
  channelId: string;
  shares: { agencyMinor: number; platformMinor: number; channelMinor: number };
}

/** 销账: the agency wrote the bill off. */
export const postingJournal = (move: PostingMove): JournalDraft =>
  journal('posting', move, [credited(fundsInTransit, -move.amount.amountMinor), ...sharedOut(move, 1)]);

/** 冲正: the agency undid the posting; the fees are given up with it. */
export const reversalJournal = (move: PostingMove): JournalDraft =>
  journal('reversal', move, [...sharedOut(move, -1), credited(fundsInTransit, move.amount.amountMinor)]);

function sharedOut({ agencyId, channelId, shares }: PostingMove, sign: 1 | -1): EntryDraft[] {
  return [
    credited(agencyPayable(agencyId), sign * shares.agencyMinor),
    credited(feeIncome, sign * shares.platformMinor),
    credited(channelFeesPayable(channelId), sign * shares.channelMinor),
  ];
}

/** 退款: the channel gave the money back. */
export const refundJournal = (move: MoneyMove & { channelId: string }): JournalDraft =>
  transfer('refund', move, fundsInTransit, channelClearing(move.channelId));

/** Debits one account and credits another; the other way round below zero. */
export function transfer(
  kind: JournalKind,
  move: MoneyMove,
  from: LedgerAccount,
  to: LedgerAccount,
): JournalDraft {
  return journal(kind, move, [
    credited(from, -move.amount.amountMinor),
    credited(to, move.amount.amountMinor),
  ]);
}

/** A line that credits an account or, below zero, debits it. */
export function credited(account: LedgerAccount, minor: number): EntryDraft {
  return { account, debitMinor: Math.max(0, -minor), creditMinor: Math.max(0, minor) };
}

function journal(kind: JournalKind, move: MoneyMove, entries: readonly EntryDraft[]): JournalDraft {
  const { subjectId, amount, businessDate } = move;
  return { kind, subjectId, currency: amount.currency, businessDate, entries: withoutNothing(entries) };
}

/** Lines of nothing are left out. */
export function withoutNothing(entries: readonly EntryDraft[]): EntryDraft[] {
  return entries.filter((entry) => entry.debitMinor + entry.creditMinor > 0);
}

/** Throws RangeError unless every line has one side above zero and the sides add up to the same. Law 2. */
export function assertBalanced(journal: JournalDraft): void {
  if (journal.entries.length < 2) throw new RangeError('a journal has at least two entries');
  for (const { debitMinor, creditMinor } of journal.entries) {
    const sides = [debitMinor, creditMinor];
    if (
      !sides.every((side) => Number.isSafeInteger(side) && side >= 0) ||
      sides.filter((side) => side > 0).length !== 1
    ) {
      throw new RangeError('an entry has exactly one side, a whole number above zero');
    }
  }
  if (
    sumMinor(journal.entries.map((e) => e.debitMinor)) !== sumMinor(journal.entries.map((e) => e.creditMinor))
  ) {
    throw new RangeError('the two sides of a journal must be equal');
  }
}

/** What a batch does to each account: one sum an account, sorted by code, so that batches lock in one order. */
export function sumDeltas(
  journals: readonly Pick<JournalDraft, 'currency' | 'entries'>[],
): { account: LedgerAccount; currency: string; debitMinor: number; creditMinor: number }[] {
  const deltas = new Map<string, EntryDraft & { currency: string }>();
  for (const { currency, entries } of journals) {
    for (const entry of entries) {
      const key = `${entry.account.code} ${currency}`;
      const sum = deltas.get(key);
      deltas.set(key, {
        account: entry.account,
        currency,
        debitMinor: sumMinor([sum?.debitMinor ?? 0, entry.debitMinor]),
        creditMinor: sumMinor([sum?.creditMinor ?? 0, entry.creditMinor]),
      });
    }
  }
  return [...deltas.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, delta]) => delta);
}
