import type { BusinessDate } from '../kernel/business-date.ts';
import type { CurrencyCode } from '../kernel/money.ts';

/** Which side makes an account grow: assets and expenses by debits, liabilities and income by credits. */
export type AccountClass = 'asset' | 'liability' | 'income' | 'expense';

/** An account by its code, such as `agency_payable/guangzhou-power`; codes are made in `ledger.rules.ts`. */
export interface LedgerAccount {
  code: string;
  class: AccountClass;
}

/** One line: exactly one of the two amounts is above zero. */
export interface EntryDraft {
  account: LedgerAccount;
  debitMinor: number;
  creditMinor: number;
}

export type JournalKind =
  | 'debit'
  | 'posting'
  | 'reversal'
  | 'refund'
  | 'statement'
  | 'statementReversed'
  | 'breakResolved'
  | 'breakReopened'
  | 'surplusRefund'
  | 'feesInvoiced'
  | 'payoutSent'
  | 'payoutPaid'
  | 'payoutVoided'
  | 'payoutReturned';

/** One balanced transaction, not written yet. At most one of each kind exists for a subject. */
export interface JournalDraft {
  kind: JournalKind;
  /** What it is about: the id of a payment, a run of reconciliation, a settlement, a payout. */
  subjectId: string;
  currency: CurrencyCode;
  businessDate: BusinessDate;
  entries: readonly EntryDraft[];
}

export interface TrialBalance {
  /** True when every currency's difference is zero. */
  balanced: boolean;
  currencies: readonly {
    currency: CurrencyCode;
    debitMinor: bigint;
    creditMinor: bigint;
    differenceMinor: bigint;
  }[];
}

export interface AccountBalance {
  accountCode: string;
  currency: CurrencyCode;
  debitMinor: bigint;
  creditMinor: bigint;
}
