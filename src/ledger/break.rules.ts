import {
  agencyPayable,
  channelClearing,
  credited,
  type MoneyMove,
  transfer,
  withoutNothing,
} from './ledger.rules.ts';
import type { JournalDraft, LedgerAccount } from './ledger.types.ts';
import { agencyUnassigned, feeDifferences, suspense } from './statement.rules.ts';

/** 核销: differences given up, in our favour or not. */
const writeOffs = (sourceId: string): LedgerAccount => ({ code: `write_offs/${sourceId}`, class: 'expense' });

/** Money that is not ours and is to be given back. */
const refundsPayable = (sourceId: string): LedgerAccount => ({
  code: `refunds_payable/${sourceId}`,
  class: 'liability',
});

/** Where the amount of an explained break may go. */
export const RESOLUTION_ACCOUNTS = [
  'feeDifferences',
  'writeOffs',
  'refundsPayable',
  'channelClearing',
  'agencyPayable',
] as const;
export type ResolutionAccount = (typeof RESOLUTION_ACCOUNTS)[number];

/** What a break's amount is booked by. */
export interface ResolutionMove extends MoneyMove {
  sourceId: string;
  role: 'channel' | 'agency';
  account: ResolutionAccount;
  /** Of an agency's break: whose it is; null where nobody knows. */
  agencyId: string | null;
}

/** 挂账处理: a break's amount (theirs less ours, either sign) leaves suspense for the account that explains it. */
export function breakResolvedJournal(move: ResolutionMove): JournalDraft {
  // What a channel has more is credited to suspense, what an agency claims more is debited to it.
  const creditedMinor = move.role === 'channel' ? move.amount.amountMinor : -move.amount.amountMinor;
  return {
    kind: 'breakResolved',
    subjectId: move.subjectId,
    currency: move.amount.currency,
    businessDate: move.businessDate,
    entries: withoutNothing([
      credited(suspense(move.sourceId), -creditedMinor),
      credited(accountOf(move), creditedMinor),
    ]),
  };
}

/** The channel gave back money that was nobody's payment. */
export const surplusRefundJournal = (
  move: MoneyMove & { sourceId: string; channelId: string },
): JournalDraft =>
  transfer('surplusRefund', move, refundsPayable(move.sourceId), channelClearing(move.channelId));

function accountOf({ account, sourceId, agencyId }: ResolutionMove): LedgerAccount {
  switch (account) {
    case 'feeDifferences':
      return feeDifferences;
    case 'writeOffs':
      return writeOffs(sourceId);
    case 'refundsPayable':
      return refundsPayable(sourceId);
    case 'channelClearing':
      return channelClearing(sourceId);
    case 'agencyPayable':
      return agencyId === null ? agencyUnassigned(sourceId) : agencyPayable(agencyId);
  }
}
