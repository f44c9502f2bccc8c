import type { Reason } from '../contract/index.ts';
import type { Money } from '../kernel/money.ts';
import type { PaymentStatus } from './billing.types.ts';

/** Money that a channel took beyond a payment, on its way back to the resident. */
export interface SurplusRefund {
  /** `srf_…`: the reference at the channel, too. */
  refundId: string;
  /** The payment beside which it was taken. */
  paymentId: string;
  channelId: string;
  amount: Money;
  /** As of a payment's refund, by the same transitions. */
  status: Extract<PaymentStatus, `refund${string}`>;
  version: number;
  reason: Reason | null;
  createdAtMs: number;
  refundedAtMs: number | null;
  updatedAtMs: number;
}
