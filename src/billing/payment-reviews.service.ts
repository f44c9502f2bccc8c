import { transact } from '../infra/db/index.ts';
import { isId } from '../kernel/ids.ts';
import type { PaymentAdvances } from './advance.service.ts';
import type { BillingDeps } from './billing.deps.ts';
import { nextStatus, type PaymentAction } from './billing.rules.ts';
import type { Payment, PaymentStatus } from './billing.types.ts';
import { type Evidence, insertEvidence } from './evidence.repo.ts';
import { debitAmountOf, sharesOf } from './fees.rules.ts';
import { loadPayments } from './payment.repo.ts';
import { PaymentCalls } from './payment-calls.ts';

/** What our books say of a payment; nothing personal. */
export interface PaymentStanding {
  paymentId: string;
  agencyId: string;
  channelId: string;
  /** The agency's connection. */
  connectionId: string;
  status: PaymentStatus;
  currency: string;
  /** What the channel was asked to take. */
  orderedMinor: number;
  /** What the channel took; null while it has not definitely taken anything. */
  debitedMinor: number | null;
  debitedAtMs: number | null;
  /** What the agency is paid for. */
  amountMinor: number;
  /** What of it is owed to the agency. */
  payableMinor: number;
  postedAtMs: number | null;
  refundedAtMs: number | null;
}

/** What an agency says of a posting that its file lacks. */
export type PostingReview =
  /** It has it: its next file will show it. */
  | 'held'
  /** It had never seen the reference; told it again under the same one, it posted. */
  | 'postedAnew'
  /** It said a definite no. */
  | 'refused'
  /** Nothing definite was said, or the payment is not posted: ask later. */
  | 'unclear';

/** A payment that moves under our hands is read again; more often than this never happens by itself. */
const MAX_TRIES = 8;

/** Looks at payments again because somebody else's file says something else. The file's word alone moves nothing: the other side is asked. */
export class PaymentReviews {
  private readonly deps: BillingDeps;
  private readonly calls: PaymentCalls;
  private readonly advances: Pick<PaymentAdvances, 'apply'>;

  constructor(deps: BillingDeps, advances: Pick<PaymentAdvances, 'apply'>) {
    this.deps = deps;
    this.calls = new PaymentCalls(deps);
    this.advances = advances;
  }

  /** Those of the payments that there are. */
  async standings(paymentIds: readonly string[]): Promise<Map<string, PaymentStanding>> {
    const known = paymentIds.filter((paymentId) => isId('pay', paymentId));
    const payments = await loadPayments(this.deps.db, this.deps.vault, [...new Set(known)]);
    return new Map(payments.map((payment) => [payment.paymentId, standingOf(payment)]));
  }

  /**
   * Asks the channel, by the payment's own reference, what became of a debit that is not in our books, also where the order is over
   * for us. When the channel took the money the payment goes on: to the posting, or to the refund. Null when there is no such payment.
   */
  askDebit(paymentId: string): Promise<PaymentStanding | null> {
    return this.ask(paymentId, 'askDebit', ({ debitedAtMs }) => debitedAtMs === null);
  }

  /**
   * Asks the agency, by the payment's own reference, what became of a posting that is under way. Null when there is no such payment.
   */
  askPosting(paymentId: string): Promise<PaymentStanding | null> {
    return this.ask(paymentId, 'askPosting', ({ status }) =>
      ['postingPending', 'postingUnknown'].includes(status),
    );
  }

  /**
   * Asks the agency about a posting that our books have and its file lacks. Only where it says that it has never seen the reference
   * is it told again (`mayPostAnew`), under that same reference. Our books don't change: they had it posted all along.
   */
  async reviewPosting(paymentId: string, { mayPostAnew }: { mayPostAnew: boolean }): Promise<PostingReview> {
    const payment = await this.find(paymentId);
    if (payment?.status !== 'posted') return 'unclear';
    const asked = await this.calls.perform('askPosting', payment);
    await this.keep(asked.evidence);
    const { event } = asked.answer;
    if (event === 'postingDone') return 'held';
    if (event === 'postingRefused') return 'refused';
    if (event !== 'postingNeverSeen' || !mayPostAnew) return 'unclear';
    const posted = await this.calls.perform('post', payment);
    await this.keep(posted.evidence);
    if (posted.answer.event === 'postingDone' || posted.answer.event === 'postingTakenIn')
      return 'postedAnew';
    return posted.answer.event === 'postingRefused' ? 'refused' : 'unclear';
  }

  private async ask(
    paymentId: string,
    action: Extract<PaymentAction, 'askDebit' | 'askPosting'>,
    isOpen: (payment: Payment) => boolean,
  ): Promise<PaymentStanding | null> {
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const payment = await this.find(paymentId);
      if (!payment) return null;
      if (!isOpen(payment)) return standingOf(payment);
      const { answer, evidence } = await this.calls.perform(action, payment);
      // An order that is not over yet may still be sent by whoever works on it: `never seen` would be said too soon.
      const mayStillBeSent = payment.status === 'created' && answer.event === 'debitNeverSeen';
      if (answer.event === null || mayStillBeSent || nextStatus(payment.status, answer.event) === null) {
        await this.keep(evidence);
        return standingOf(payment);
      }
      await this.advances.apply(payment, answer, { attempts: 0, evidence, notification: null });
    }
    const payment = await this.find(paymentId);
    return payment && standingOf(payment);
  }

  private async find(paymentId: string): Promise<Payment | null> {
    if (!isId('pay', paymentId)) return null;
    const [payment] = await loadPayments(this.deps.db, this.deps.vault, [paymentId]);
    return payment ?? null;
  }

  private async keep(evidence: Evidence | null): Promise<void> {
    if (evidence) await transact(this.deps.db, (tx) => insertEvidence(tx, this.deps.vault, [evidence]));
  }
}

function standingOf(payment: Payment): PaymentStanding {
  const { paymentId, agencyId, channelId, connectionId, status, amount } = payment;
  return {
    paymentId,
    agencyId,
    channelId,
    connectionId,
    status,
    currency: amount.currency,
    orderedMinor: debitAmountOf(payment).amountMinor,
    debitedMinor: payment.debitedMinor,
    debitedAtMs: payment.debitedAtMs,
    amountMinor: amount.amountMinor,
    payableMinor: sharesOf(payment).agencyMinor,
    postedAtMs: payment.postedAtMs,
    refundedAtMs: payment.refundedAtMs,
  };
}
