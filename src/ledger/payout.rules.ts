import { agencyPayable, bank, type MoneyMove, transfer } from './ledger.rules.ts';
import type { JournalDraft, LedgerAccount } from './ledger.types.ts';

/** Ordered from a bank, and neither paid nor refused yet. */
const payoutsPending = (bankId: string): LedgerAccount => ({
  code: `payouts_pending/${bankId}`,
  class: 'liability',
});

/** Fees that an agency is invoiced for, because nothing of them is kept back from its payouts. */
const agencyFeesReceivable = (agencyId: string): LedgerAccount => ({
  code: `agency_fees_receivable/${agencyId}`,
  class: 'asset',
});

type PayoutMove = MoneyMove & { agencyId: string; bankId: string };

/** 开票: what was kept back with each posting is owed to the agency after all, and by it to us; below zero the other way. */
export const feesInvoicedJournal = (move: MoneyMove & { agencyId: string }): JournalDraft =>
  transfer('feesInvoiced', move, agencyFeesReceivable(move.agencyId), agencyPayable(move.agencyId));

/** 付款: the bank was told to pay an agency. */
export const payoutSentJournal = (move: PayoutMove): JournalDraft =>
  transfer('payoutSent', move, agencyPayable(move.agencyId), payoutsPending(move.bankId));

/** The bank paid. */
export const payoutPaidJournal = (move: PayoutMove): JournalDraft =>
  transfer('payoutPaid', move, payoutsPending(move.bankId), bank(move.bankId));

/** The bank did not pay, and never will: owed again. */
export const payoutVoidedJournal = (move: PayoutMove): JournalDraft =>
  transfer('payoutVoided', move, payoutsPending(move.bankId), agencyPayable(move.agencyId));

/** 退票: what was paid came back: owed again. */
export const payoutReturnedJournal = (move: PayoutMove): JournalDraft =>
  transfer('payoutReturned', move, bank(move.bankId), agencyPayable(move.agencyId));
