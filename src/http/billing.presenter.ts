import type { z } from 'zod';
import type { Agency } from '../agencies/index.ts';
import {
  debitAmountOf,
  disputableUntilMs,
  isFinal,
  type Payment,
  type PaymentView,
  type QueriedBills,
  receiptIdOf,
} from '../billing/index.ts';
import type { AccountHolder, Fulfilment, Reason } from '../contract/index.ts';
import { type Money, money } from '../kernel/money.ts';
import { agencySummaryOf } from './agencies.schemas.ts';
import type * as schemas from './billing.schemas.ts';
import { instantOf, instantOrNull } from './schemas.ts';

/** A query and a payment as the API shows them. */

export function billQueryOf(query: QueriedBills, agency: Agency): z.input<typeof schemas.billQuerySchema> {
  return {
    outcome: query.outcome,
    queryId: query.queryId,
    queriedAt: instantOf(query.queriedAtMs),
    validUntil: instantOrNull(query.validUntilMs),
    agency: agencySummaryOf(agency),
    maskedAccount: query.maskedAccount,
    holder: query.holder && holderOf(query.holder),
    bills: query.bills.map((bill) => ({
      billId: bill.billId,
      period: bill.period,
      amountDue: bill.amountDue,
      minimumDue: bill.minimumDue ?? null,
      amountOptions: (bill.amountOptions ?? []).map((option) => ({
        ...option,
        from: option.from ?? null,
        until: option.until ?? null,
      })),
      dueDate: bill.dueDate ?? null,
      lines: bill.lines.map((line) => ({ ...line, quantity: line.quantity ?? null })),
      facts: [...(bill.facts ?? [])],
      inFlightPaymentId: bill.inFlightPaymentId,
    })),
    plans: query.plans.map((plan) => ({ ...plan, description: plan.description ?? null })),
    nextBillOn: query.nextBillOn,
    opensAt: instantOrNull(query.opensAtMs),
    reason: reasonOf(query.reason),
  };
}

export function paymentOf(payment: PaymentView, agency: Agency): z.input<typeof schemas.paymentSchema> {
  const { status } = payment;
  return {
    paymentId: payment.paymentId,
    status,
    final: isFinal(status),
    agency: agencySummaryOf(agency),
    maskedAccount: payment.maskedAccount,
    amount: payment.amount,
    ...costOf(payment),
    credit: payment.credit,
    planName: payment.planName,
    fulfilment: fulfilmentOf(payment.fulfilment),
    bills: payment.bills.map(({ billId, period, amount }) => ({ billId, period, amount })),
    channelId: payment.channelId,
    createdAt: instantOf(payment.createdAtMs),
    expiresAt: instantOf(payment.expiresAtMs),
    confirmUrl: status === 'debitPending' ? payment.confirmUrl : null,
    debitedAt: instantOrNull(payment.debitedAtMs),
    postedAt: instantOrNull(payment.postedAtMs),
    refundedAt: instantOrNull(payment.refundedAtMs),
    promisedBy: instantOrNull(payment.promisedByMs),
    reason: reasonOf(payment.reason),
    receiptId: status === 'posted' ? receiptIdOf(payment.paymentId) : null,
    undone: payment.undo !== null && status !== 'posted',
    disputableUntil: instantOrNull(disputableUntilMs(payment, agency.manifest)),
    timeline: payment.timeline.map((step) => ({
      status: step.status,
      at: instantOf(step.atMs),
      reason: reasonOf(step.reason),
    })),
  };
}

/** What the resident pays on top, and in all. */
export function costOf({ amount, fees }: Pick<Payment, 'amount' | 'fees'>): { fee: Money; total: Money } {
  const total = debitAmountOf({ amount, fees });
  return { fee: money(total.amountMinor - amount.amountMinor, amount.currency), total };
}

export function fulfilmentOf(fulfilment: Fulfilment | null): z.input<typeof schemas.fulfilmentSchema> | null {
  if (!fulfilment) return null;
  return fulfilment.kind === 'token'
    ? { ...fulfilment, units: fulfilment.units ?? null }
    : { ...fulfilment, code: fulfilment.code ?? null };
}

export function holderOf(holder: AccountHolder): z.input<typeof schemas.holderSchema> {
  return { maskedName: holder.maskedName ?? null, maskedAddress: holder.maskedAddress ?? null };
}

/** The other side's own words stay with the operators. */
function reasonOf(reason: Reason | null): z.input<typeof schemas.reasonSchema> | null {
  return reason && { code: reason.code, source: reason.source };
}
