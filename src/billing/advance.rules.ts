import type { DebitOutcome, PostingOutcome, Reason, RefundOutcome, UndoOutcome } from '../contract/index.ts';
import type { NextForTask } from '../infra/outbox/index.ts';
import { businessDateOf, type CutOff } from '../kernel/business-date.ts';
import { money } from '../kernel/money.ts';
import {
  debitJournal,
  type JournalDraft,
  postingJournal,
  refundJournal,
  reversalJournal,
} from '../ledger/index.ts';
import {
  type Answering,
  debitEvent,
  EXPIRY_GRACE_MS,
  isFinal,
  nextStatus,
  type PaymentEvent,
  postingEvent,
  REFUND_PROMISE_MS,
  refundEvent,
  undoEvent,
  waitBeforeRetryMs,
} from './billing.rules.ts';
import type { Payment, Undo } from './billing.types.ts';
import { debitAmountOf, sharesOf } from './fees.rules.ts';

/** What an answer of the other side means for a payment, before it is known whether that is possible. */
export interface Answer {
  /** Null when it says nothing new. */
  event: PaymentEvent | null;
  reason: Reason | null;
  /** Facts to keep, if the event is possible. */
  facts: Partial<Payment>;
  /** The soonest time worth asking again, when the other side named one. */
  retryAtMs: number | null;
}

/** What the rules need to know around the payment. */
export interface AdvanceSetting {
  nowMs: number;
  /** Where the agency's business date ends. */
  cutOff: CutOff;
  postingPromiseSeconds: number;
  /** Looks in a row that brought nothing new. */
  attempts: number;
  /** In [0, 1), for jitter. */
  random: number;
}

export interface Step {
  after: Payment;
  journals: readonly JournalDraft[];
  next: NextForTask;
  /** The event was definite, and is impossible from where the payment stands: somebody has to be told. */
  contradiction: PaymentEvent | null;
}

const reasonOf = (outcome: object): Reason | null =>
  'reason' in outcome ? (outcome.reason as Reason) : null;
const retryOf = (outcome: object): number | null =>
  'retryAtMs' in outcome ? (outcome.retryAtMs as number) : null;

export function readDebit(payment: Payment, outcome: DebitOutcome, answering: Answering): Answer {
  const facts: Partial<Payment> =
    outcome.kind === 'accepted'
      ? {
          debitedAtMs: outcome.debitedAtMs,
          debitedMinor: outcome.amount.amountMinor,
          channelReference: outcome.channelReference,
        }
      : outcome.kind === 'awaitingResident'
        ? { confirmUrl: outcome.confirmUrl }
        : {};
  const event = debitEvent(outcome, answering, debitAmountOf(payment));
  const reason: Reason | null =
    event === 'debitDoneWrong' ? { code: 'amount_changed', source: 'channel' } : reasonOf(outcome);
  return { event, reason, facts, retryAtMs: retryOf(outcome) };
}

export function readPosting(outcome: PostingOutcome, answering: Answering): Answer {
  const facts: Partial<Payment> =
    outcome.kind === 'accepted'
      ? {
          postedAtMs: outcome.postedAtMs,
          agencyReference: outcome.agencyReference,
          fulfilment: outcome.fulfilment ?? null,
        }
      : {};
  return {
    event: postingEvent(outcome, answering),
    reason: reasonOf(outcome),
    facts,
    retryAtMs: retryOf(outcome),
  };
}

export function readUndo(undo: Undo, outcome: UndoOutcome, mayRefund: boolean): Answer {
  const event = undoEvent(outcome, undo, mayRefund);
  const facts: Partial<Payment> =
    outcome.kind === 'accepted'
      ? { undo: { ...undo, undoneAtMs: outcome.undoneAtMs } }
      : event === 'reversalTooLate'
        ? { undo: { ...undo, kind: 'refund', round: undo.round + 1 } }
        : {};
  return { event, reason: reasonOf(outcome), facts, retryAtMs: retryOf(outcome) };
}

export function readRefund(outcome: RefundOutcome, answering: Answering): Answer {
  const facts: Partial<Payment> = outcome.kind === 'accepted' ? { refundedAtMs: outcome.refundedAtMs } : {};
  return {
    event: refundEvent(outcome, answering),
    reason: reasonOf(outcome),
    facts,
    retryAtMs: retryOf(outcome),
  };
}

/** Carries a payment on by an answer: where it stands then, what is journalled, and when to look again. */
export function takeStep(before: Payment, answer: Answer, setting: AdvanceSetting): Step {
  const to = answer.event && nextStatus(before.status, answer.event);
  if (!to) return stay(before, answer, setting);
  const after: Payment = {
    ...before,
    ...answer.facts,
    status: to,
    version: before.version + 1,
    // The reason of a refusal outlives the refund that follows from it: it is what the resident wants to know.
    reason: answer.reason ?? (to.startsWith('refund') ? before.reason : null),
    refundRound: before.refundRound + (answer.event === 'refundResumed' ? 1 : 0),
    updatedAtMs: setting.nowMs,
  };
  const promised = { ...after, promisedByMs: promiseFor(before, after, setting) };
  return {
    after: promised,
    journals: journalsOf(answer.event, promised, setting),
    next: nextFor(promised, answer, setting),
    contradiction: null,
  };
}

function stay(before: Payment, answer: Answer, setting: AdvanceSetting): Step {
  const attempts = setting.attempts + 1;
  const waitMs = waitBeforeRetryMs(before.status, attempts, setting.random);
  const over = isFinal(before.status);
  return {
    after: over ? before : { ...before, reason: answer.reason ?? before.reason, updatedAtMs: setting.nowMs },
    journals: [],
    next: over
      ? { kind: 'done' }
      : {
          kind: 'due',
          attempts,
          atMs: lookAgainAt(before, Math.max(setting.nowMs + waitMs, answer.retryAtMs ?? 0), setting.nowMs),
        },
    contradiction: isContradiction(before, answer.event) ? answer.event : null,
  };
}

/** Whether a definite event speaks against what was definite before; being told again what is known does not. */
export function isContradiction(before: Payment, event: PaymentEvent | null): boolean {
  if (event === null) return false;
  if (event === 'debitRefused' || event === 'debitTimedOut') return before.debitedAtMs !== null;
  if (event === 'debitDone') return before.debitedAtMs === null;
  if (event === 'debitDoneWrong') return before.debitedMinor === debitAmountOf(before).amountMinor;
  if (event === 'postingRefused') return before.status === 'posted' || before.status === 'reversing';
  // What was posted and undone was posted: hearing it again is no contradiction.
  if (event === 'postingDone') return before.status.startsWith('refund') && before.undo === null;
  if (event === 'refundRefused') return before.status === 'refunded';
  return false;
}

function nextFor(after: Payment, answer: Answer, setting: AdvanceSetting): NextForTask {
  if (isFinal(after.status)) return { kind: 'done' };
  if (after.status === 'refundBlocked') {
    return {
      kind: 'parked',
      because: `refund refused by the channel: ${after.reason?.code ?? 'no reason given'}`,
    };
  }
  // Given again under the same reference after "never seen": not at once, or two confused systems would spin.
  const repeats = answer.event?.endsWith('NeverSeen') ?? false;
  const instructs = ['created', 'debited', 'reversing', 'refunding'].includes(after.status);
  if (instructs && !repeats) return { kind: 'due', atMs: setting.nowMs, attempts: 0 };
  const attempts = repeats ? setting.attempts + 1 : 0;
  const waitMs = waitBeforeRetryMs(after.status, attempts, setting.random);
  return { kind: 'due', attempts, atMs: lookAgainAt(after, setting.nowMs + waitMs, setting.nowMs) };
}

/** A payment waiting for its resident is looked at when the order's time is over, at the latest. */
function lookAgainAt(payment: Payment, atMs: number, nowMs: number): number {
  const overAtMs = payment.expiresAtMs + EXPIRY_GRACE_MS;
  const waitsForResident = payment.status === 'debitPending' || payment.status === 'created';
  return waitsForResident && overAtMs > nowMs ? Math.min(atMs, overAtMs) : atMs;
}

function promiseFor(before: Payment, after: Payment, setting: AdvanceSetting): number | null {
  if (isFinal(after.status)) return null;
  if (after.status === 'debited' && before.debitedAtMs === null) {
    return (after.debitedAtMs ?? setting.nowMs) + setting.postingPromiseSeconds * 1_000;
  }
  if (after.status === 'reversing' || after.status === 'refunding') return setting.nowMs + REFUND_PROMISE_MS;
  return after.promisedByMs;
}

function journalsOf(event: PaymentEvent | null, after: Payment, setting: AdvanceSetting): JournalDraft[] {
  const move = {
    subjectId: after.paymentId,
    amount: money(after.debitedMinor ?? debitAmountOf(after).amountMinor, after.amount.currency),
  };
  const { agencyId, channelId } = after;
  const dateOf = (atMs: number | null) => businessDateOf(atMs ?? setting.nowMs, setting.cutOff);
  switch (event) {
    case 'debitDone':
    case 'debitDoneWrong':
      return [debitJournal({ ...move, channelId, businessDate: dateOf(after.debitedAtMs) })];
    case 'postingDone':
      return [
        postingJournal({
          ...move,
          agencyId,
          channelId,
          shares: sharesOf(after),
          businessDate: dateOf(after.postedAtMs),
        }),
      ];
    case 'reversalDone':
      return [
        reversalJournal({
          ...move,
          agencyId,
          channelId,
          shares: sharesOf(after),
          businessDate: dateOf(null),
        }),
      ];
    case 'refundDone':
      return [refundJournal({ ...move, channelId, businessDate: dateOf(after.refundedAtMs) })];
    default:
      return [];
  }
}
