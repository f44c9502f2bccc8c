import { ChangeWatch } from '../infra/watch/index.ts';
import { RecentValues } from '../kernel/recent-values.ts';
import { PaymentAdvances } from './advance.service.ts';
import type { BillingDeps } from './billing.deps.ts';
import { Disputes } from './disputes.service.ts';
import { Notifications } from './notification.service.ts';
import { PaymentOrders } from './order.service.ts';
import { PaymentReviews } from './payment-reviews.service.ts';
import { Payments } from './payments.service.ts';
import { type PostingDelay, readPostingDelays } from './posting-delay.repo.ts';
import { purgeBillQueries } from './query.repo.ts';
import { BillQueries } from './query.service.ts';
import { Receipts } from './receipt.service.ts';
import { SurplusRefunds } from './surplus-refunds.service.ts';

export type { BillingDeps } from './billing.deps.ts';
export { isFinal, PAYMENT_TOPIC, receiptIdOf } from './billing.rules.ts';
export type * from './billing.types.ts';
export { bookedMovements } from './booked-movements.repo.ts';
export { disputableUntilMs } from './dispute.rules.ts';
export * from './dispute.types.ts';
export { insertExchanges } from './evidence.repo.ts';
export { debitAmountOf } from './fees.rules.ts';
export {
  agencyMovements,
  channelMovements,
  firstMovementAtMs,
  type Movement,
  placesOfPayment,
} from './movements.repo.ts';
export { agenciesOfPayments } from './payment.repo.ts';
export type { PaymentReviews, PaymentStanding, PostingReview } from './payment-reviews.service.ts';
export type { PaymentView } from './payments.service.ts';
export type { PostingDelay } from './posting-delay.repo.ts';
export type { QueriedBills } from './query.service.ts';
export type { Receipts } from './receipt.service.ts';
export type * from './receipt.types.ts';
export { surplusRefundsBetween } from './surplus-refund.repo.ts';
export type * from './surplus-refund.types.ts';
export { SURPLUS_REFUND_TOPIC, type SurplusRefunds } from './surplus-refunds.service.ts';

/** Metrics may ask as often as they like. */
const DELAYS_KEPT_MS = 10_000;

/** Everything that billing does: query, pay, carry on, look. */
export interface Billing {
  queries: BillQueries;
  orders: PaymentOrders;
  payments: Payments;
  advances: PaymentAdvances;
  notifications: Notifications;
  watch: ChangeWatch;
  receipts: Receipts;
  disputes: Disputes;
  reviews: PaymentReviews;
  surplusRefunds: SurplusRefunds;
  /** How long postings took in the last hour, by connection; as it was seconds ago. */
  postingDelays(): Promise<readonly PostingDelay[]>;
  /** Deletes queries that no payment can refer to any more; returns how many. */
  purge(): Promise<number>;
}

export function createBilling(deps: BillingDeps): Billing {
  const queries = new BillQueries(deps);
  const advances = new PaymentAdvances(deps);
  const payments = new Payments(deps);
  const { db, clock } = deps;
  const delays = new RecentValues(() => readPostingDelays(db, clock.nowMs()), clock, DELAYS_KEPT_MS, 1);
  return {
    queries,
    orders: new PaymentOrders(deps, queries),
    payments,
    watch: new ChangeWatch((paymentIds) => payments.versions(paymentIds), deps.log),
    receipts: new Receipts(deps, payments),
    disputes: new Disputes(deps, payments, advances),
    reviews: new PaymentReviews(deps, advances),
    surplusRefunds: new SurplusRefunds(deps),
    advances,
    notifications: new Notifications(deps, advances),
    postingDelays: () => delays.get('all'),
    purge: () => purgeBillQueries(deps.db, deps.clock.nowMs()),
  };
}
