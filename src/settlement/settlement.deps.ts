import type { DoneBy } from '../accounts/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import type { Db } from '../infra/db/index.ts';
import type { BusinessDate } from '../kernel/business-date.ts';
import type { BusinessCalendar } from '../kernel/calendar.ts';
import type { Clock } from '../kernel/clock.ts';
import type { PayoutAccount } from './payouts.types.ts';
import type { SettlementItem } from './settlement.types.ts';

/** What reconciliation says of one movement; what a movement does to what is owed is amount less fee, as its journal has it. */
export type ReconciledItem = Pick<SettlementItem, 'itemId' | 'businessDate' | 'amountMinor' | 'feeMinor'> & {
  kind: 'payment' | 'refund';
  paymentId: string;
  state: 'reconciled' | 'unreconciled';
};

/** A correction that was found after what it corrects: in the agency's favour above zero. */
export type Adjustment = Pick<
  SettlementItem,
  'itemId' | 'paymentId' | 'businessDate' | 'amountMinor' | 'note'
>;

/** How far the files of one business date are, of everybody whose word counts for an agency. */
export interface DateProgress {
  businessDate: BusinessDate;
  /** Sources whose file is not matched yet; none: the date can be settled. */
  waitsFor: readonly string[];
  /** When anything of the date changed last. */
  changedAtMs: number;
}

/** What settlement stands on; what other modules know comes in as functions. */
export interface SettlementDeps {
  db: Db;
  vault: Vault;
  clock: Clock;
  calendar: BusinessCalendar;
  /** Movements of an agency on a business date, whether settled or not. */
  itemsOf(agencyId: string, businessDate: BusinessDate): AsyncIterable<ReconciledItem>;
  /** Every correction that was ever found for an agency. */
  adjustmentsOf(agencyId: string): AsyncIterable<Adjustment>;
  /** Every date of a span, and every earlier one that has anything to match; in order. */
  datesOf(agencyId: string, span: { from: BusinessDate; to: BusinessDate }): Promise<readonly DateProgress[]>;
  /** Payments of an agency that a resident objects to. */
  disputedPayments(agencyId: string): Promise<ReadonlySet<string>>;
  /** As the agency is called; throws DomainError where there is none. */
  namesOf(agencyId: string): Promise<Readonly<Record<'zh-CN' | 'en', string>>>;
  /** Where the agency's money goes now; null: nowhere yet. */
  accountOf(agencyId: string): Promise<PayoutAccount | null>;
  /** Whose account payouts leave, and the bank's id in the ledger; null: nothing can be paid out. */
  payer: PayoutPayer | null;
}

export interface PayoutPayer {
  bankId: string;
  account: PayoutAccount;
}

/** Who does it: a person's id, or `system`. Two sessions or roles of a person are one person. */
export function personOf({ actor }: Pick<DoneBy, 'actor'>): string {
  return actor.id ?? actor.kind;
}
