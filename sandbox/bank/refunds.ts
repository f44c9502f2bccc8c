import { newId } from '../../src/kernel/ids.ts';
import { type Books, MERCHANT_ACCOUNT } from './books.ts';
import type { BankEntry, Order, Refund, RefundTerms, RefuseReason } from './books.types.ts';
import { findOrder } from './orders.ts';

export interface RefundTwist {
  refuseReason?: RefuseReason;
  settleAfterMs?: number;
}

/**
 * Opens a refund, once per reference. What several refunds give back never exceeds the debit: one that is being
 * carried out counts from the moment it is opened. A refusal is kept, so that it stays one.
 */
export function openRefund(books: Books, terms: RefundTerms, twist: RefundTwist): Refund | 'conflict' {
  const known = books.state.refunds.get(terms.merRefundNo);
  if (known) return sameTerms(known, terms) ? known : 'conflict';
  const nowMs = books.clock.nowMs();
  const order = findOrder(books, terms.merOrderNo);
  const refuseReason = refusalOf(order, terms) ?? twist.refuseReason ?? null;
  const refund: Refund = {
    ...terms,
    bankRefundNo: newId('br', nowMs, 0),
    status: refuseReason ? 'REFUSED' : 'PROCESSING',
    refuseReason,
    settleAtMs: refuseReason ? null : nowMs + (twist.settleAfterMs ?? 0),
    finishedAtMs: refuseReason ? nowMs : null,
  };
  const entries: BankEntry[] = [{ type: 'refundOpened', refund }];
  if (order && !refuseReason && twist.settleAfterMs === undefined) {
    entries.push(...settlingEntries(refund, order, nowMs));
  }
  books.commit(entries);
  return books.state.refunds.get(refund.merRefundNo) ?? refund;
}

/** Gives the money of an open refund back. */
export function settleRefund(books: Books, refund: Refund): void {
  const order = books.state.orders.get(refund.merOrderNo);
  if (refund.status !== 'PROCESSING' || !order) return;
  books.commit(settlingEntries(refund, order, books.clock.nowMs()));
}

function refusalOf(order: Order | undefined, terms: RefundTerms): RefuseReason | null {
  if (!order) return 'ORDER_NOT_FOUND';
  if (order.status !== 'DEBITED') return 'ORDER_NOT_DEBITED';
  return order.refundedFen + terms.amountFen > order.amountFen ? 'EXCEEDS_DEBIT' : null;
}

function settlingEntries(refund: Refund, order: Order, atMs: number): BankEntry[] {
  return [
    { type: 'refundSettled', merRefundNo: refund.merRefundNo, atMs },
    {
      type: 'moved',
      movement: {
        atMs,
        kind: 'refund',
        fromAccountNo: MERCHANT_ACCOUNT,
        toAccountNo: order.payerAccountNo ?? '',
        amountFen: refund.amountFen,
        bankNo: refund.bankRefundNo,
        merchantNo: refund.merRefundNo,
        merOrderNo: refund.merOrderNo,
      },
    },
  ];
}

function sameTerms(refund: Refund, terms: RefundTerms): boolean {
  return (Object.keys(terms) as (keyof RefundTerms)[]).every((key) => refund[key] === terms[key]);
}
