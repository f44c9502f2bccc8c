import type { Settlement, SettlementItem, SettlementTotals } from './settlement.types.ts';

/** A settlement as its agency reads it. */
export interface AgencyStatement {
  settlementId: string;
  /** As the agency is called, in Chinese and English. */
  agencyNames: Readonly<Record<'zh-CN' | 'en', string>>;
  settlement: Settlement;
  /** From opening to closing, in the order in which they add up. */
  summary: readonly SummaryLine[];
  lines: readonly StatementLine[];
  /** When it was made, as it says of itself. */
  madeAtMs: number;
}

export interface SummaryLine {
  total: keyof SettlementTotals;
  /** Signed as it counts for the agency: refunds, fees, a reserve held and the payout are below zero. */
  amountMinor: number;
}

/** What one item did to what is owed. */
export interface StatementLine {
  item: SettlementItem;
  /** Each signed as it counts for the agency; those that an item has no part in are zero. */
  grossMinor: number;
  refundMinor: number;
  feeMinor: number;
  adjustmentMinor: number;
  netMinor: number;
}

/** What collecting cost an agency, by window. */
export interface FeeInvoice {
  lines: readonly FeeInvoiceLine[];
  feesMinor: number;
  /** Given up with refunds. */
  feesReturnedMinor: number;
  /** What the invoice is of. */
  invoicedMinor: number;
  /** Of it, kept back from payouts already. */
  keptBackMinor: number;
  /** Of it, still to be paid by the agency; below zero it is credited. */
  dueMinor: number;
}

export interface FeeInvoiceLine {
  from: string;
  to: string;
  paymentCount: number;
  refundCount: number;
  feesMinor: number;
  feesReturnedMinor: number;
  invoicedMinor: number;
  isKeptBack: boolean;
  /** The payments and refunds that the fees are of. */
  itemIds: readonly string[];
}
