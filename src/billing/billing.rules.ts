import type {
  Bill,
  DebitOutcome,
  PostingOutcome,
  Reason,
  RefundOutcome,
  UndoOutcome,
} from '../contract/index.ts';
import { type Money, sumMinor } from '../kernel/money.ts';
import type { Payment, PaymentStatus, Undo } from './billing.types.ts';

/**
 * The payment's state machine. What is not in the table is impossible: a message that would need it changes nothing.
 *
 * Law 4 shows here: no row leads from an unknown to a refund, a failure or a new instruction, except through an
 * explicit answer of the other side.
 */
export const TRANSITIONS = {
  created: {
    debitAwaitsResident: 'debitPending',
    debitTakenIn: 'debitPending',
    debitUnclear: 'debitUnknown',
    debitDone: 'debited',
    debitDoneWrong: 'refunding',
    debitRefused: 'debitFailed',
    debitTimedOut: 'expired',
    // Asked only once the order's time is over: the channel never had it, so nothing can have moved.
    debitNeverSeen: 'expired',
  },
  debitPending: {
    debitDone: 'debited',
    debitDoneWrong: 'refunding',
    debitRefused: 'debitFailed',
    debitTimedOut: 'expired',
  },
  debitUnknown: {
    debitAwaitsResident: 'debitPending',
    debitTakenIn: 'debitPending',
    debitDone: 'debited',
    debitDoneWrong: 'refunding',
    debitRefused: 'debitFailed',
    debitTimedOut: 'expired',
    // The channel has never seen our reference: instructing it under that same reference is safe.
    debitNeverSeen: 'created',
  },
  debited: {
    postingDone: 'posted',
    postingTakenIn: 'postingPending',
    postingUnclear: 'postingUnknown',
    postingRefused: 'refunding',
  },
  postingPending: {
    postingDone: 'posted',
    postingRefused: 'refunding',
    postingNeverSeen: 'debited',
  },
  postingUnknown: {
    postingDone: 'posted',
    postingTakenIn: 'postingPending',
    postingRefused: 'refunding',
    postingNeverSeen: 'debited',
  },
  posted: { undoOrdered: 'reversing' },
  // What is not a definite answer leaves it here: the agency is asked again under the same reference.
  reversing: { reversalDone: 'refunding', reversalTooLate: 'reversing', reversalRefused: 'posted' },
  refunding: {
    refundDone: 'refunded',
    refundTakenIn: 'refundPending',
    refundUnclear: 'refundUnknown',
    refundRefused: 'refundBlocked',
  },
  refundPending: {
    refundDone: 'refunded',
    refundRefused: 'refundBlocked',
    refundNeverSeen: 'refunding',
  },
  refundUnknown: {
    refundDone: 'refunded',
    refundTakenIn: 'refundPending',
    refundRefused: 'refundBlocked',
    refundNeverSeen: 'refunding',
  },
  refundBlocked: { refundResumed: 'refunding' },
  refunded: {},
  // Nothing was taken, as the channel said. Should it take the money after all, the money goes back.
  debitFailed: { debitDone: 'refunding', debitDoneWrong: 'refunding' },
  expired: { debitDone: 'refunding', debitDoneWrong: 'refunding' },
} as const satisfies Record<PaymentStatus, Partial<Record<string, PaymentStatus>>>;

type EventOf<S> = S extends PaymentStatus ? keyof (typeof TRANSITIONS)[S] : never;
export type PaymentEvent = EventOf<PaymentStatus>;

/** The status an event leads to, or null when it is impossible from here. */
export function nextStatus(status: PaymentStatus, event: PaymentEvent): PaymentStatus | null {
  const row: Partial<Record<PaymentEvent, PaymentStatus>> = TRANSITIONS[status];
  return row[event] ?? null;
}

/** Nothing more will happen by itself, and the bill is free for another payment. */
export function isFinal(status: PaymentStatus): boolean {
  return ['posted', 'refunded', 'debitFailed', 'expired'].includes(status);
}

/** What is to be done for a payment, by where it stands; null when nothing is. */
export type PaymentAction =
  | 'debit'
  | 'askDebit'
  | 'post'
  | 'askPosting'
  | 'undo'
  | 'refund'
  | 'askRefund'
  | 'resumeRefund';

const ACTIONS: Record<PaymentStatus, PaymentAction | null> = {
  created: 'debit',
  debitPending: 'askDebit',
  debitUnknown: 'askDebit',
  debited: 'post',
  postingPending: 'askPosting',
  postingUnknown: 'askPosting',
  posted: null,
  reversing: 'undo',
  refunding: 'refund',
  refundPending: 'askRefund',
  refundUnknown: 'askRefund',
  // Its task is parked; an operator who resumes it wants the refund tried anew.
  refundBlocked: 'resumeRefund',
  refunded: null,
  debitFailed: null,
  expired: null,
};

/**
 * An order whose time is over is not sent any more. Whether it was sent before (a worker may have died right after)
 * only the channel can tell, so it is asked.
 */
export function actionFor(
  payment: Pick<Payment, 'status' | 'expiresAtMs'>,
  nowMs: number,
): PaymentAction | null {
  if (payment.status === 'created' && nowMs >= payment.expiresAtMs) return 'askDebit';
  return ACTIONS[payment.status];
}

/** Whether an answer came to an instruction (`instructed`) or to a question by reference (`asked`). */
export type Answering = 'instructed' | 'asked';

/** The event that a channel's answer is, or null when it says nothing new. */
export function debitEvent(outcome: DebitOutcome, answering: Answering, ordered: Money): PaymentEvent | null {
  switch (outcome.kind) {
    case 'accepted':
      return sameMoney(outcome.amount, ordered) ? 'debitDone' : 'debitDoneWrong';
    case 'awaitingResident':
      return 'debitAwaitsResident';
    case 'pending':
      return 'debitTakenIn';
    case 'rejected':
      return outcome.reason.code === 'confirmation_expired' ? 'debitTimedOut' : 'debitRefused';
    case 'notAttempted':
      // To a question it means "never seen"; to an instruction, that it may simply be given again.
      return answering === 'asked' && isNeverSeen(outcome.reason) ? 'debitNeverSeen' : null;
    case 'unknown':
    case 'duplicate':
      return answering === 'instructed' ? 'debitUnclear' : null;
  }
}

/** The event that an agency's answer is, or null when it says nothing new. */
export function postingEvent(outcome: PostingOutcome, answering: Answering): PaymentEvent | null {
  switch (outcome.kind) {
    case 'accepted':
      return 'postingDone';
    case 'pending':
      return 'postingTakenIn';
    case 'rejected':
      return 'postingRefused';
    case 'notAttempted':
      return answering === 'asked' && isNeverSeen(outcome.reason) ? 'postingNeverSeen' : null;
    case 'unknown':
    case 'duplicate':
      return answering === 'instructed' ? 'postingUnclear' : null;
  }
}

/**
 * The event that an agency's answer about undoing a posting is, or null when it says nothing definite. A reversal that is
 * refused may only have come after the cut-off: where the agency has refunds (`mayRefund`), one follows.
 */
export function undoEvent(outcome: UndoOutcome, undo: Undo, mayRefund: boolean): PaymentEvent | null {
  if (outcome.kind === 'accepted') return 'reversalDone';
  if (outcome.kind !== 'rejected') return null;
  return undo.kind === 'reverse' && mayRefund ? 'reversalTooLate' : 'reversalRefused';
}

/** The event that a channel's answer about a refund is, or null when it says nothing new. */
export function refundEvent(outcome: RefundOutcome, answering: Answering): PaymentEvent | null {
  switch (outcome.kind) {
    case 'accepted':
      return 'refundDone';
    case 'pending':
      return 'refundTakenIn';
    case 'rejected':
      return 'refundRefused';
    case 'notAttempted':
      return answering === 'asked' && isNeverSeen(outcome.reason) ? 'refundNeverSeen' : null;
    case 'unknown':
    case 'duplicate':
      return answering === 'instructed' ? 'refundUnclear' : null;
  }
}

/** Only the other side itself can say that it has never seen a reference; being unreachable is something else. */
const isNeverSeen = (reason: Reason) => reason.code === 'reference_not_known';

function sameMoney(a: Money, b: Money): boolean {
  return a.amountMinor === b.amountMinor && a.currency === b.currency;
}

/**
 * The reference of a payment's refund at the channel (the debit's and the posting's is the payment's own id). A round
 * is over when the channel has definitely refused it; only then is there another, under a reference of its own.
 */
export function refundReference(payment: Pick<Payment, 'paymentId' | 'refundRound'>): string {
  if (payment.refundRound > MAX_ROUND) throw new RangeError('a refund was refused too often');
  return payment.paymentId.replace(/^pay/, `rf${payment.refundRound.toString(36)}`);
}

/** The reference of undoing a posting at the agency, by its round. */
export function undoReference(payment: Pick<Payment, 'paymentId' | 'undo'>): string {
  const round = payment.undo?.round ?? 0;
  if (round > MAX_ROUND) throw new RangeError('undoing was refused too often');
  return payment.paymentId.replace(/^pay/, `rv${round.toString(36)}`);
}

/** One character of the reference names the round. */
const MAX_ROUND = 35;

/** The payment that a channel's reference is about. */
export function paymentIdOfReference(reference: string): string {
  return reference.replace(/^rf[a-z0-9]_/, 'pay_');
}

/** The id of a posted payment's receipt: one for each, and no other. */
export function receiptIdOf(paymentId: string): string {
  return paymentId.replace(/^pay_/, 'rcp_');
}

/** The topic of the tasks that carry payments forward; a task's id is its payment's. */
export const PAYMENT_TOPIC = 'payments';

const FIRST_WAIT_MS = 2_000;
/** While a resident is expected to press a button, we look often: notifications get lost. */
const LONGEST_WAIT_WITH_RESIDENT_MS = 30_000;
const LONGEST_WAIT_MS = 15 * 60_000;

/**
 * How long to wait before asking (or trying) again: doubling, with ±20% of jitter so that what failed together does not
 * come back together. `random` is in [0, 1).
 */
export function waitBeforeRetryMs(status: PaymentStatus, attempts: number, random: number): number {
  const longest = status === 'debitPending' ? LONGEST_WAIT_WITH_RESIDENT_MS : LONGEST_WAIT_MS;
  const wait = Math.min(longest, FIRST_WAIT_MS * 2 ** Math.min(attempts, 20));
  return Math.round(wait * (0.8 + 0.4 * random));
}

/** A refund is promised within a day of the refusal. */
export const REFUND_PROMISE_MS = 24 * 3_600_000;

/** Once the order's time is over, the channel is given this long to refuse the resident's confirmation by itself. */
export const EXPIRY_GRACE_MS = 2_000;

/** What changed between what a resident saw and what is owed now, for the bills they chose. */
export function compareBills(
  seen: readonly Bill[],
  now: readonly Bill[],
  chosenIds: readonly string[],
): { same: true } | { same: false; seenMinor: number; nowMinor: number; goneIds: string[] } {
  const chosen = (bills: readonly Bill[]) => bills.filter((bill) => chosenIds.includes(bill.billId));
  const nowById = new Map(now.map((bill) => [bill.billId, bill]));
  const goneIds = chosenIds.filter((id) => !nowById.has(id));
  const changed = chosen(seen).some((bill) => {
    const current = nowById.get(bill.billId);
    return !current || !sameMoney(current.amountDue, bill.amountDue);
  });
  if (!changed && goneIds.length === 0) return { same: true };
  return {
    same: false,
    seenMinor: sumMinor(chosen(seen).map((bill) => bill.amountDue.amountMinor)),
    nowMinor: sumMinor(chosen(now).map((bill) => bill.amountDue.amountMinor)),
    goneIds,
  };
}
