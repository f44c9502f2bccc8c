export {
  breakResolvedJournal,
  RESOLUTION_ACCOUNTS,
  type ResolutionAccount,
  surplusRefundJournal,
} from './break.rules.ts';
export { balancesThatDiffer, journalOf, listBalances, postJournals, trialBalance } from './ledger.repo.ts';
export { debitJournal, postingJournal, refundJournal, reversalJournal } from './ledger.rules.ts';
export type * from './ledger.types.ts';
export {
  feesInvoicedJournal,
  payoutPaidJournal,
  payoutReturnedJournal,
  payoutSentJournal,
  payoutVoidedJournal,
} from './payout.rules.ts';
export {
  agencyStatementJournal,
  channelStatementJournal,
  mirrored,
} from './statement.rules.ts';
