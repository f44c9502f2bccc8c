import type {
  AccountHolder,
  AccountInputs,
  Bill,
  BillPayment,
  Fulfilment,
  LocalText,
  Payer,
  Plan,
  Reason,
} from '../contract/index.ts';
import type { Money } from '../kernel/money.ts';
import type { FeeCharge } from './fees.rules.ts';

/** Where a payment stands. The transitions are in `billing.rules.ts`. */
export type PaymentStatus =
  | 'created' // ordered; the channel has not been told yet, or could certainly not be
  | 'debitPending' // the channel has it, and waits for the resident or for itself
  | 'debitUnknown' // the channel may have it: ask
  | 'debited' // the money was taken; the agency is to be told
  | 'postingPending' // the agency has it, and will post later
  | 'postingUnknown' // the agency may have it: ask
  | 'posted' // written off; final, unless it is undone
  | 'reversing' // the agency is to undo the posting, and asked until it says whether it did
  | 'refunding' // the agency said no after the debit: the money goes back
  | 'refundPending'
  | 'refundUnknown'
  | 'refundBlocked' // the channel said no to the refund: a person has to look
  | 'refunded' // final: given back
  | 'debitFailed' // final: nothing was taken
  | 'expired'; // final: not confirmed in time, nothing was taken

/** One resident's order to pay bills. Personal data stays sealed until it is needed. */
export interface Payment {
  paymentId: string;
  residentId: string;
  /** Stands for the command that ordered it: the same command again finds the payment instead of making another. */
  commandKey: string | null;
  agencyId: string;
  manifestVersion: number;
  /** The route that the query was asked over: the payment never takes another. */
  connectionId: string;
  agencyCode: string | null;
  /** The connection of the channel. */
  channelId: string;
  status: PaymentStatus;
  /** Grows by one with each change of status. */
  version: number;
  /** What the agency is paid; the resident's fees come on top. */
  amount: Money;
  fees: readonly FeeCharge[];
  /** What the channel really took; anything but amount and resident's fees is given back. */
  debitedMinor: number | null;
  /** What the resident typed to find the account; personal data. */
  inputs: AccountInputs;
  /** For showing: `****1234`. */
  maskedAccount: string;
  holder: AccountHolder | null;
  queryReference: string | null;
  /** Empty where an account is paid and not a bill. */
  bills: readonly PaidBill[];
  /** Part of the amount that is beyond what was due. */
  credit: Money | null;
  planId: string | null;
  /** As the agency called the plan when it was chosen. */
  planName: LocalText | null;
  payer: Payer | null;
  /** Names the account without telling which; null where no limit of a day needs it. */
  accountKey: string | null;
  confirmUrl: string | null;
  createdAtMs: number;
  expiresAtMs: number;
  debitedAtMs: number | null;
  channelReference: string | null;
  postedAtMs: number | null;
  agencyReference: string | null;
  /** What the resident has to do with what was bought. */
  fulfilment: Fulfilment | null;
  /** The latest undoing of the posting that was ordered. */
  undo: Undo | null;
  refundedAtMs: number | null;
  /** 0 for the first refund; one more for each that an operator starts after a definite refusal. */
  refundRound: number;
  /** When the resident is promised the next definite answer. */
  promisedByMs: number | null;
  /** Why it is where it is, when that is not plain. */
  reason: Reason | null;
  updatedAtMs: number;
}

/** An order to undo a posting: before the agency's cut-off a reversal, after it a refund. */
export interface Undo {
  kind: 'reverse' | 'refund';
  /** 0 for the first; one more for each that was ordered after a definite refusal. */
  round: number;
  /** The dispute that it follows from. */
  disputeId: string;
  /** When the agency did it, as it says. */
  undoneAtMs?: number;
}

export interface PaidBill extends BillPayment {
  period: string;
}

/** One step of a payment's history. */
export interface PaymentStep {
  status: PaymentStatus;
  atMs: number;
  reason: Reason | null;
}

/** What a resident saw: the answer to a query, kept so that a payment is bound to it. */
export interface BillQuery {
  /** Null unless something can be paid. */
  queryId: string | null;
  outcome: 'due' | 'payable' | 'plans' | 'nothingDue' | 'noSuchAccount' | 'closedNow' | 'unavailable';
  agencyId: string;
  /** The route it was asked over. */
  connectionId: string;
  agencyCode: string | null;
  inputs: AccountInputs;
  maskedAccount: string;
  queriedAtMs: number;
  /** Until when a payment may refer to it. */
  validUntilMs: number | null;
  holder: AccountHolder | null;
  bills: readonly Bill[];
  plans: readonly Plan[];
  queryReference: string | null;
  /** The agency's own number of the account, where it says so. Personal data. */
  account: string | null;
  nextBillOn: string | null;
  opensAtMs: number | null;
  reason: Reason | null;
}
