import type { Called } from '../agencies/index.ts';
import type { DebitOutcome, PostingOutcome, Reason, ReasonCode, RefundOutcome } from '../contract/index.ts';
import { type Money, money } from '../kernel/money.ts';
import { type Answer, readDebit, readPosting, readRefund, readUndo } from './advance.rules.ts';
import type { BillingDeps } from './billing.deps.ts';
import { type Answering, type PaymentAction, refundReference, undoReference } from './billing.rules.ts';
import type { Payment } from './billing.types.ts';
import type { Evidence } from './evidence.repo.ts';
import { debitAmountOf } from './fees.rules.ts';

/** Shown on the resident's account statement; a bank's field is short, and nobody's name belongs in it. */
const subjectOf = (agencyName: string) => `${agencyName.slice(0, 24)} 缴费`;

const ownReason = (code: ReasonCode): Reason => ({ code, source: 'civicpay' });
/** When a plug-in breaks its word: what really happened is not known. */
const unknown = { kind: 'unknown' as const, reason: ownReason('answer_not_understood') };
/** When our own limits held the call back: certainly nothing was sent. */
const busy = { kind: 'notAttempted' as const, reason: ownReason('too_busy') };

/** What a call came to, and what is kept of it. */
interface Performed {
  answer: Answer;
  evidence: Evidence | null;
}

/** Calls the channel and the agency for a payment, always under the references and the route that it was made with. */
export class PaymentCalls {
  private readonly deps: BillingDeps;

  constructor(deps: BillingDeps) {
    this.deps = deps;
  }

  /** Does what a payment's status asks for. */
  async perform(action: PaymentAction, payment: Payment): Promise<Performed> {
    const kept = (connectionId: string, called: Called<unknown>): Evidence => ({
      paymentId: payment.paymentId,
      connectionId,
      operation: action,
      exchanges: called.exchanges,
    });
    switch (action) {
      case 'debit':
      case 'askDebit': {
        const called = action === 'debit' ? await this.debit(payment) : await this.askDebit(payment);
        const answer = readDebit(payment, called.outcome, action === 'debit' ? 'instructed' : 'asked');
        return { answer, evidence: kept(payment.channelId, called) };
      }
      case 'post':
      case 'askPosting': {
        const called = action === 'post' ? await this.post(payment) : await this.askPosting(payment);
        const answer = readPosting(called.outcome, action === 'post' ? 'instructed' : 'asked');
        return { answer, evidence: kept(payment.connectionId, called) };
      }
      case 'undo':
        return this.undo(payment);
      case 'refund':
      case 'askRefund': {
        const called = action === 'refund' ? await this.refund(payment) : await this.askRefund(payment);
        const answer = readRefund(called.outcome, action === 'refund' ? 'instructed' : 'asked');
        return { answer, evidence: kept(payment.channelId, called) };
      }
      case 'resumeRefund':
        return {
          answer: { event: 'refundResumed', reason: null, facts: {}, retryAtMs: null },
          evidence: null,
        };
    }
  }

  private async debit(payment: Payment): Promise<Called<DebitOutcome>> {
    return this.deps.agencies.gateway.channel(
      payment.channelId,
      'debit',
      {
        reference: payment.paymentId,
        amount: debitAmountOf(payment),
        subject: await this.subject(payment),
        expiresAtMs: payment.expiresAtMs,
        returnUrl: `${this.deps.publicUrl}/payments/${payment.paymentId}`,
        notifyUrl: `${this.deps.publicUrl}/v1/webhooks/channels/${payment.channelId}`,
      },
      unknown,
      busy,
    );
  }

  private askDebit(payment: Payment): Promise<Called<DebitOutcome>> {
    const request = { reference: payment.paymentId };
    return this.deps.agencies.gateway.channel(payment.channelId, 'queryDebit', request, unknown, busy);
  }

  private post(payment: Payment): Promise<Called<PostingOutcome>> {
    const request = {
      reference: payment.paymentId,
      agencyCode: payment.agencyCode ?? undefined,
      inputs: payment.inputs,
      queryReference: payment.queryReference ?? undefined,
      bills: payment.bills,
      credit: payment.credit ?? undefined,
      planId: payment.planId ?? undefined,
      amount: payment.amount,
      payer: payment.payer ?? undefined,
      debitedAtMs: payment.debitedAtMs ?? payment.createdAtMs,
    };
    return this.deps.agencies.gateway.provider(payment.connectionId, 'pay', request, unknown, busy);
  }

  private askPosting(payment: Payment): Promise<Called<PostingOutcome>> {
    const request = { reference: payment.paymentId, agencyCode: payment.agencyCode ?? undefined };
    return this.deps.agencies.gateway.provider(payment.connectionId, 'queryPayment', request, unknown, busy);
  }

  /** The same reference each time: asked again, the agency tells what became of it. */
  private async undo(payment: Payment): Promise<Performed> {
    const { undo, paymentId, connectionId, agencyId, manifestVersion } = payment;
    if (!undo) throw new RangeError('a posting is undone only when that was ordered');
    const { gateway, getAgencyVersion } = this.deps.agencies;
    const request = {
      reference: undoReference(payment),
      originalReference: paymentId,
      agencyCode: payment.agencyCode ?? undefined,
      amount: payment.amount,
    };
    const { outcome, exchanges } = await gateway.provider(connectionId, undo.kind, request, unknown, busy);
    const version = await getAgencyVersion(agencyId, manifestVersion);
    const mayRefund = version?.manifest.capabilities.includes('refund') ?? false;
    return {
      answer: readUndo(undo, outcome, mayRefund),
      evidence: { paymentId, connectionId, operation: undo.kind, exchanges },
    };
  }

  private async refund(payment: Payment): Promise<Called<RefundOutcome>> {
    const request = {
      reference: refundReference(payment),
      debitReference: payment.paymentId,
      amount: money(payment.debitedMinor ?? debitAmountOf(payment).amountMinor, payment.amount.currency),
      subject: await this.subject(payment),
    };
    return this.deps.agencies.gateway.channel(payment.channelId, 'refund', request, unknown, busy);
  }

  /** Gives back, under a reference of its own, what the channel took beyond the payment; or asks what became of that. */
  async surplusRefund(
    payment: Payment,
    { reference, amount }: { reference: string; amount: Money },
    answering: Answering,
  ): Promise<Performed> {
    const { channelId, paymentId } = payment;
    const { gateway } = this.deps.agencies;
    const subject = await this.subject(payment);
    const called =
      answering === 'instructed'
        ? await gateway.channel(
            channelId,
            'refund',
            { reference, debitReference: paymentId, amount, subject },
            unknown,
            busy,
          )
        : await gateway.channel(channelId, 'queryRefund', { reference }, unknown, busy);
    const operation = answering === 'instructed' ? 'surplusRefund' : 'askSurplusRefund';
    return {
      answer: readRefund(called.outcome, answering),
      evidence: { paymentId, connectionId: channelId, operation, exchanges: called.exchanges },
    };
  }

  private askRefund(payment: Payment): Promise<Called<RefundOutcome>> {
    const request = { reference: refundReference(payment) };
    return this.deps.agencies.gateway.channel(payment.channelId, 'queryRefund', request, unknown, busy);
  }

  private async subject({ agencyId }: Payment): Promise<string> {
    const agency = await this.deps.agencies.getAgency(agencyId);
    return subjectOf(agency?.manifest.names['zh-CN'] ?? '');
  }
}
