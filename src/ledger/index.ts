export { balancesThatDiffer, listBalances, postJournals, trialBalance } from './ledger.repo.ts';
export { debitJournal, postingJournal, refundJournal, reversalJournal } from './ledger.rules.ts';
export type * from './ledger.types.ts';
