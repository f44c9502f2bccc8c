import { sumMinor } from '../kernel/money.ts';
import type { Settlement, SettlementItem, SettlementTotals } from './settlement.types.ts';
import type {
  AgencyStatement,
  FeeInvoice,
  FeeInvoiceLine,
  StatementLine,
  SummaryLine,
} from './statement.types.ts';

/** How each total counts, from opening to closing; `net` and `carriedOut` are sums of those before them. */
const SUMMARY: readonly (readonly [keyof SettlementTotals, 1 | -1])[] = [
  ['carriedInMinor', 1],
  ['grossMinor', 1],
  ['refundsMinor', -1],
  ['feesMinor', -1],
  ['feesReturnedMinor', 1],
  ['adjustmentsMinor', 1],
  ['payoutsReturnedMinor', 1],
  ['reserveReleasedMinor', 1],
  ['reserveHeldMinor', -1],
  ['netMinor', 1],
  ['payoutMinor', -1],
  ['carriedOutMinor', 1],
];

/** A settlement as its agency reads it: opening to closing, and every item that the totals are of. */
export function agencyStatement(
  settlement: Settlement,
  about: Pick<AgencyStatement, 'settlementId' | 'agencyNames' | 'madeAtMs'>,
): AgencyStatement {
  const { totals, settled, basis } = settlement;
  return {
    ...about,
    settlement,
    // `0 +` turns -0 into 0.
    summary: SUMMARY.map(([total, sign]): SummaryLine => ({ total, amountMinor: 0 + sign * totals[total] })),
    lines: settled.map((item) => lineOf(item, basis)),
  };
}

function lineOf(item: SettlementItem, basis: Settlement['basis']): StatementLine {
  const isRefund = item.kind === 'refund';
  const keptMinor = basis === 'net' ? item.feeMinor : 0;
  const parts = {
    grossMinor: item.kind === 'payment' ? item.amountMinor : 0,
    refundMinor: isRefund ? 0 - item.amountMinor : 0,
    feeMinor: isRefund ? keptMinor : 0 - keptMinor,
    adjustmentMinor: item.kind === 'adjustment' || item.kind === 'payoutReturned' ? item.amountMinor : 0,
  };
  return { item, ...parts, netMinor: sumMinor(Object.values(parts)) };
}

/** What collecting cost in some windows of one agency: a line a window that had fees, and what of it is still to be paid. */
export function feeInvoice(settlements: readonly Settlement[]): FeeInvoice {
  const lines = settlements.map(invoiceLine).filter(({ itemIds }) => itemIds.length > 0);
  const total = (of: readonly FeeInvoiceLine[], field: 'feesMinor' | 'feesReturnedMinor' | 'invoicedMinor') =>
    sumMinor(of.map((line) => line[field]));
  const invoicedMinor = total(lines, 'invoicedMinor');
  const keptBackMinor = total(
    lines.filter(({ isKeptBack }) => isKeptBack),
    'invoicedMinor',
  );
  return {
    lines,
    feesMinor: total(lines, 'feesMinor'),
    feesReturnedMinor: total(lines, 'feesReturnedMinor'),
    invoicedMinor,
    keptBackMinor,
    dueMinor: sumMinor([invoicedMinor, -keptBackMinor]),
  };
}

function invoiceLine({ window, settled, basis }: Settlement): FeeInvoiceLine {
  const withFee = settled.filter(({ feeMinor }) => feeMinor > 0);
  const payments = withFee.filter(({ kind }) => kind === 'payment');
  const refunds = withFee.filter(({ kind }) => kind === 'refund');
  const feesMinor = sumMinor(payments.map(({ feeMinor }) => feeMinor));
  const feesReturnedMinor = sumMinor(refunds.map(({ feeMinor }) => feeMinor));
  return {
    from: window.from,
    to: window.to,
    paymentCount: payments.length,
    refundCount: refunds.length,
    feesMinor,
    feesReturnedMinor,
    invoicedMinor: sumMinor([feesMinor, -feesReturnedMinor]),
    isKeptBack: basis === 'net',
    itemIds: withFee.map(({ itemId }) => itemId),
  };
}
