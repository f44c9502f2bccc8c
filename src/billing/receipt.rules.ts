import { isId } from '../kernel/ids.ts';
import { receiptIdOf } from './billing.rules.ts';
import type { Payment } from './billing.types.ts';
import { residentFeeMinor } from './fees.rules.ts';

/** What a receipt says of a payment; none of it changes once the payment is posted. */
export interface ReceiptFacts {
  receiptId: string;
  debitedAtMs: number;
  postedAtMs: number;
  agencyReference: string;
  channelReference: string;
}

/** The payment a receipt is of, the inverse of `receiptIdOf`; null for a text that is no receipt id. */
export function paymentIdOf(receiptId: string): string | null {
  return isId('rcp', receiptId) ? receiptId.replace(/^rcp_/, 'pay_') : null;
}

/** The facts of a posted payment; null for any other, which has no receipt. */
export function receiptFactsOf(payment: Payment): ReceiptFacts | null {
  const { status, debitedAtMs, postedAtMs, agencyReference, channelReference } = payment;
  if (status !== 'posted') return null;
  if (debitedAtMs === null || postedAtMs === null || agencyReference === null || channelReference === null) {
    return null;
  }
  return {
    receiptId: receiptIdOf(payment.paymentId),
    debitedAtMs,
    postedAtMs,
    agencyReference,
    channelReference,
  };
}

/** What the verification code is made over: everything that somebody might want to read differently. */
export function signedText(payment: Payment, facts: ReceiptFacts): string {
  const feeMinor = residentFeeMinor(payment.fees);
  const creditMinor = payment.credit?.amountMinor ?? 0;
  return JSON.stringify([
    facts.receiptId,
    payment.agencyId,
    payment.maskedAccount,
    payment.amount.currency,
    payment.amount.amountMinor,
    facts.debitedAtMs,
    facts.postedAtMs,
    facts.agencyReference,
    // Only where there is something to say: receipts from before these were known keep their codes.
    ...(feeMinor || creditMinor || payment.planId ? [feeMinor, creditMinor, payment.planId] : []),
  ]);
}
