import type { HoldReason, ItemKind, SettlementTotals } from './settlement.types.ts';

type Words = readonly [chinese: string, english: string];

export const TOTAL_WORDS: Readonly<Record<keyof SettlementTotals, Words>> = {
  carriedInMinor: ['期初结转', 'Brought forward'],
  grossMinor: ['代收总额', 'Gross collected'],
  refundsMinor: ['退款', 'Refunds'],
  feesMinor: ['手续费', 'Fees'],
  feesReturnedMinor: ['退回手续费', 'Fees waived'],
  adjustmentsMinor: ['调整', 'Adjustments'],
  payoutsReturnedMinor: ['退票转回', 'Payouts returned'],
  reserveReleasedMinor: ['释放保证金', 'Reserve released'],
  reserveHeldMinor: ['留存保证金', 'Reserve held'],
  netMinor: ['本期净额', 'Net for the period'],
  payoutMinor: ['本期付款', 'Payout'],
  carriedOutMinor: ['期末结转', 'Carried forward'],
};

export const KIND_WORDS: Readonly<Record<ItemKind, Words>> = {
  payment: ['缴费', 'Payment'],
  refund: ['退款', 'Refund'],
  adjustment: ['调整', 'Adjustment'],
  payoutReturned: ['退票', 'Payout returned'],
};

export const HOLD_WORDS: Readonly<Record<HoldReason, Words>> = {
  notReconciled: ['未对平', 'not reconciled yet'],
  disputed: ['争议中', 'disputed'],
  paymentHeld: ['原缴费暂缓结算', 'its payment is held'],
};
