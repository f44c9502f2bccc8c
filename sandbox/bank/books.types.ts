/** The bank's own words for what it keeps; amounts are fen (CNY minor units). */
export type OrderStatus = 'WAIT_CONFIRM' | 'PROCESSING' | 'DEBITED' | 'CLOSED';

/** Why an order ended without a debit; none of them ever turns into one. */
export type CloseReason =
  | 'CANCELLED_BY_PAYER'
  | 'EXPIRED'
  | 'CLOSED_BY_MERCHANT'
  | 'INSUFFICIENT_FUNDS'
  | 'LIMIT_EXCEEDED'
  | 'REFUSED_BY_POLICY';

/** What the merchant asked for; the same reference must always come with the same terms. */
export interface OrderTerms {
  merOrderNo: string;
  amountFen: number;
  subject: string;
  expireAtMs: number;
  returnUrl: string;
  notifyUrl: string;
  /** `none` stands for a standing agreement with the payer: debited at once, without a page. */
  confirmation: 'page' | 'none';
}

export interface Order extends OrderTerms {
  bankOrderNo: string;
  /** Unguessable part of the confirm page's address: whoever holds it may confirm. */
  cashierToken: string;
  status: OrderStatus;
  closeReason: CloseReason | null;
  createdAtMs: number;
  payerAccountNo: string | null;
  /** While PROCESSING: when the held money is taken. */
  settleAtMs: number | null;
  /** When it was debited or closed. */
  finishedAtMs: number | null;
  /** Refunded and being refunded; never above `amountFen`. */
  refundedFen: number;
}

export type RefundStatus = 'PROCESSING' | 'REFUNDED' | 'REFUSED';
export type RefuseReason = 'ORDER_NOT_FOUND' | 'ORDER_NOT_DEBITED' | 'EXCEEDS_DEBIT' | 'REFUSED_BY_POLICY';

export interface RefundTerms {
  merRefundNo: string;
  merOrderNo: string;
  amountFen: number;
  subject: string;
}

export interface Refund extends RefundTerms {
  bankRefundNo: string;
  status: RefundStatus;
  refuseReason: RefuseReason | null;
  settleAtMs: number | null;
  finishedAtMs: number | null;
}

/** One double-sided movement: `amountFen` leaves one account and enters another. */
export interface Movement {
  atMs: number;
  kind: 'opening' | 'hold' | 'debit' | 'refund';
  fromAccountNo: string;
  toAccountNo: string;
  amountFen: number;
  /** The bank's and the merchant's own number of the order or refund. */
  bankNo: string;
  merchantNo: string;
  /** For a refund: the order it gives back. */
  merOrderNo: string;
}

/** Something the merchant is told; kept until it was taken or given up. */
export interface Notification {
  webhookId: string;
  merOrderNo: string;
  notifyUrl: string;
  /** The exact bytes that are sent, each time the same. */
  body: string;
  state: 'queued' | 'delivered' | 'abandoned' | 'withheld';
}

/** What is written to the journal; one line holds the entries of one commit. */
export type BankEntry =
  | { type: 'orderOpened'; order: Order }
  | { type: 'orderHeld'; merOrderNo: string; payerAccountNo: string; settleAtMs: number }
  | { type: 'orderDebited'; merOrderNo: string; payerAccountNo: string; atMs: number }
  | { type: 'orderClosed'; merOrderNo: string; reason: CloseReason; atMs: number }
  | { type: 'refundOpened'; refund: Refund }
  | { type: 'refundSettled'; merRefundNo: string; atMs: number }
  | { type: 'moved'; movement: Movement }
  | { type: 'notificationQueued'; notification: Notification }
  | { type: 'notificationEnded'; webhookId: string; state: 'delivered' | 'abandoned' };

export interface BankState {
  orders: Map<string, Order>;
  refunds: Map<string, Refund>;
  notifications: Map<string, Notification>;
  movements: Movement[];
  /** Fen held in each account; a customer's deposit is positive. They always add up to zero. */
  balances: Map<string, number>;
  /** By the page's token. */
  ordersByToken: Map<string, Order>;
  /** Those that time alone will change: confirmation may run out, held money be taken. */
  unfinishedOrders: Set<Order>;
  unfinishedRefunds: Set<Refund>;
}
