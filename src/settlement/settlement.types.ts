import type { BusinessDate, CutOff } from '../kernel/business-date.ts';
import type { CurrencyCode } from '../kernel/money.ts';

/** What was agreed with an agency about when and how it is paid. */
export interface SettlementTerms {
  agencyId: string;
  currency: CurrencyCode;
  /** Where the agency's business dates end. */
  cutOff: CutOff;
  /** `daily`: dates that are due together are settled together. `weekly`: seven dates, the last on an ISO weekday (1 = Monday). */
  cycle: { kind: 'daily' } | { kind: 'weekly'; lastWeekday: number };
  /** T+n: business days from the last date of a window to its payout. */
  payoutAfterDays: number;
  /** `net`: fees are kept back from the payout. `gross`: they are invoiced, and paid by the agency. */
  basis: 'net' | 'gross';
  /** Less than this is carried into the next window. */
  minimumPayoutMinor: number;
  /** A share of what was collected that is kept for a while against refunds; rolling: each window's is released by itself. */
  reserve: { ratePpm: number; heldDays: number } | null;
}

/** Business dates that are settled together. */
export interface SettlementWindow {
  from: BusinessDate;
  /** Inclusive. */
  to: BusinessDate;
  /** When the payout is due: a business day. */
  dueOn: BusinessDate;
}

export const ITEM_KINDS = ['payment', 'refund', 'adjustment', 'payoutReturned'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

export const ITEM_STATES = ['reconciled', 'unreconciled', 'disputed'] as const;

/** One thing that changes what is owed to an agency. */
export interface SettlementItem {
  /** Unique within the agency. */
  itemId: string;
  /**
   * `payment`: collected for it. `refund`: given back. `adjustment`: a correction of an earlier settlement.
   * `payoutReturned`: a payout that its bank sent back (退票) and that is owed again.
   */
  kind: ItemKind;
  /** The payment it is about; null where it is about none. */
  paymentId: string | null;
  businessDate: BusinessDate;
  /** Never negative, but for an adjustment in our favour. */
  amountMinor: number;
  /** Borne by the agency: of a payment what it costs, of a refund how much of that is given up again. Else zero. */
  feeMinor: number;
  /** Only what is reconciled is paid; an open dispute holds. */
  state: (typeof ITEM_STATES)[number];
  /** What an adjustment is for; shown on the statement. */
  note: string | null;
}

export type HoldReason = 'notReconciled' | 'disputed' | 'paymentHeld';

export interface HeldItem {
  item: SettlementItem;
  reason: HoldReason;
}

/** A part of what was collected in one window that is kept until a date. */
export interface HeldReserve {
  /** The last date of the window it was kept back in. */
  heldOn: BusinessDate;
  /** First business date on which a window releases it. */
  releaseOn: BusinessDate;
  amountMinor: number;
}

/** What is owed across windows. */
export interface SettlementPosition {
  /** Below zero: the agency owes it, and the next windows make up for it. */
  carriedMinor: number;
  reserves: readonly HeldReserve[];
}

/** Totals of a settlement; all but `adjustmentsMinor`, `carriedInMinor`, `netMinor` and `carriedOutMinor` are never negative. */
export interface SettlementTotals {
  carriedInMinor: number;
  grossMinor: number;
  refundsMinor: number;
  /** Kept back; zero on gross terms. */
  feesMinor: number;
  feesReturnedMinor: number;
  adjustmentsMinor: number;
  payoutsReturnedMinor: number;
  reserveReleasedMinor: number;
  reserveHeldMinor: number;
  /** What this window alone adds: all of the above but `carriedInMinor`. */
  netMinor: number;
  payoutMinor: number;
  carriedOutMinor: number;
}

/** What one window comes to for one agency. */
export interface Settlement {
  agencyId: string;
  currency: CurrencyCode;
  basis: SettlementTerms['basis'];
  window: SettlementWindow;
  /** In the order of business date and id: the same items in any order give the same settlement. */
  settled: readonly SettlementItem[];
  held: readonly HeldItem[];
  totals: SettlementTotals;
  opening: SettlementPosition;
  closing: SettlementPosition;
}
