import { formatMinor } from '../../src/kernel/money.ts';
import type { Order, Refund } from './books.types.ts';

/** An order as the bank tells it to the merchant: yuan as decimals, Beijing time. */
export function orderView(order: Order, baseUrl: string) {
  return {
    merOrderNo: order.merOrderNo,
    bankOrderNo: order.bankOrderNo,
    status: order.status,
    amount: yuan(order.amountFen),
    currency: 'CNY',
    refundedAmount: yuan(order.refundedFen),
    expireTime: beijingTime(order.expireAtMs),
    ...(order.status === 'WAIT_CONFIRM' && { cashierUrl: `${baseUrl}/cashier/${order.cashierToken}` }),
    ...(order.status === 'DEBITED' && { debitTime: beijingTime(order.finishedAtMs ?? 0) }),
    ...(order.status === 'PROCESSING' && { expectedTime: beijingTime(order.settleAtMs ?? 0) }),
    ...(order.closeReason && { closeReason: order.closeReason }),
  };
}

export function refundView(refund: Refund) {
  return {
    merRefundNo: refund.merRefundNo,
    merOrderNo: refund.merOrderNo,
    bankRefundNo: refund.bankRefundNo,
    status: refund.status,
    amount: yuan(refund.amountFen),
    currency: 'CNY',
    ...(refund.status === 'REFUNDED' && { refundTime: beijingTime(refund.finishedAtMs ?? 0) }),
    ...(refund.status === 'PROCESSING' && { expectedTime: beijingTime(refund.settleAtMs ?? 0) }),
    ...(refund.refuseReason && { refuseReason: refund.refuseReason }),
  };
}

/** `1234.50` */
export function yuan(amountFen: number): string {
  return formatMinor(amountFen, 'CNY');
}

const BEIJING_OFFSET_MS = 8 * 3_600_000;

/** `2026-10-02T10:15:00.000+08:00` */
export function beijingTime(atMs: number): string {
  return new Date(atMs + BEIJING_OFFSET_MS).toISOString().replace('Z', '+08:00');
}
