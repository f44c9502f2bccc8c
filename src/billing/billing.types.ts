import type { AccountHolder, AccountInputs, Bill, BillPayment, Reason } from '../contract/index.ts';
import type { Money } from '../kernel/money.ts';

/** Where a payment stands. The transitions are in `billing.rules.ts`. */
export type PaymentStatus =
  | 'created' // ordered; the channel has not been told yet, or could certainly not be
  | 'debitPending' // the channel has it, and waits for the resident or for itself
  | 'debitUnknown' // the channel may have it: ask
  | 'debited' // the money was taken; the agency is to be told
  | 'postingPending' // the agency has it, and will post later
  | 'postingUnknown' // the agency may have it: ask
  | 'posted' // final: written off
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
  connectionId: string;
  /** The connection of the channel. */
  channelId: string;
  status: PaymentStatus;
  /** Grows by one with each change of status. */
  version: number;
  amount: Money;
  /** What the channel really took; anything but `amount` is given back. */
  debitedMinor: number | null;
  /** What the resident typed to find the account; personal data. */
  inputs: AccountInputs;
  /** For showing: `****1234`. */
  maskedAccount: string;
  holder: AccountHolder | null;
  queryReference: string;
  bills: readonly PaidBill[];
  confirmUrl: string | null;
  createdAtMs: number;
  expiresAtMs: number;
  debitedAtMs: number | null;
  channelReference: string | null;
  postedAtMs: number | null;
  agencyReference: string | null;
  refundedAtMs: number | null;
  /** 0 for the first refund; one more for each that an operator starts after a definite refusal. */
  refundRound: number;
  /** When the resident is promised the next definite answer. */
  promisedByMs: number | null;
  /** Why it is where it is, when that is not plain. */
  reason: Reason | null;
  updatedAtMs: number;
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
  /** Null unless something is due. */
  queryId: string | null;
  outcome: 'due' | 'nothingDue' | 'noSuchAccount' | 'closedNow' | 'unavailable';
  agencyId: string;
  inputs: AccountInputs;
  maskedAccount: string;
  queriedAtMs: number;
  /** Until when a payment may refer to it. */
  validUntilMs: number | null;
  holder: AccountHolder | null;
  bills: readonly Bill[];
  queryReference: string | null;
  nextBillOn: string | null;
  opensAtMs: number | null;
  reason: Reason | null;
}
