import type { z } from 'zod';
import type { Agency } from '../agencies/index.ts';
import { isFinal, type PaymentView, type QueriedBills, receiptIdOf } from '../billing/index.ts';
import type { AccountHolder, Reason } from '../contract/index.ts';
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
      dueDate: bill.dueDate ?? null,
      lines: bill.lines.map((line) => ({ ...line, quantity: line.quantity ?? null })),
      facts: [...(bill.facts ?? [])],
      inFlightPaymentId: bill.inFlightPaymentId,
    })),
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
    timeline: payment.timeline.map((step) => ({
      status: step.status,
      at: instantOf(step.atMs),
      reason: reasonOf(step.reason),
    })),
  };
}

export function holderOf(holder: AccountHolder): z.input<typeof schemas.holderSchema> {
  return { maskedName: holder.maskedName ?? null, maskedAddress: holder.maskedAddress ?? null };
}

/** The other side's own words stay with the operators. */
function reasonOf(reason: Reason | null): z.input<typeof schemas.reasonSchema> | null {
  return reason && { code: reason.code, source: reason.source };
}
