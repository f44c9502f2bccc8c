export { balancesThatDiffer, listBalances, postJournals, trialBalance } from './ledger.repo.ts';
export {
  agencyPayable,
  channelClearing,
  debitJournal,
  fundsInTransit,
  postingJournal,
  refundJournal,
} from './ledger.rules.ts';
export type * from './ledger.types.ts';
