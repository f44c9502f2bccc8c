import { addDays } from '../kernel/business-date.ts';
import type { BusinessCalendar } from '../kernel/calendar.ts';
import { sumMinor } from '../kernel/money.ts';
import type {
  HeldItem,
  HeldReserve,
  ItemKind,
  Settlement,
  SettlementItem,
  SettlementPosition,
  SettlementTerms,
  SettlementWindow,
} from './settlement.types.ts';
import { nextWindow, windowOf } from './windows.rules.ts';

/** Before the first window. */
export const NOTHING_OWED: SettlementPosition = { carriedMinor: 0, reserves: [] };

/**
 * What a window comes to, from everything that is not settled yet. Items of later dates stay out of it; those of earlier
 * dates, held until now, come in. Nothing is lost or made: carried in + reserves + items settled =
 * payout + carried out + reserves. Throws RangeError for items that contradict themselves.
 */
export function settleWindow(
  terms: SettlementTerms,
  window: SettlementWindow,
  opening: SettlementPosition,
  items: readonly SettlementItem[],
): Settlement {
  assertItems(items);
  const inTime = items.filter(({ businessDate }) => businessDate <= window.to).sort(byDateAndId);
  const held = heldOf(inTime);
  const heldIds = new Set(held.map(({ item }) => item.itemId));
  const settled = inTime.filter(({ itemId }) => !heldIds.has(itemId));

  const sums = sumsOf(settled, terms.basis);
  const released = opening.reserves.filter(({ releaseOn }) => releaseOn <= window.to);
  const reserveReleasedMinor = sumMinor(released.map(({ amountMinor }) => amountMinor));
  const beforeReserveMinor = sumMinor([
    opening.carriedMinor,
    sums.grossMinor,
    -sums.refundsMinor,
    -sums.feesMinor,
    sums.feesReturnedMinor,
    sums.adjustmentsMinor,
    sums.payoutsReturnedMinor,
    reserveReleasedMinor,
  ]);
  // A reserve is kept from what there is to pay, and never makes a debt.
  const reserveHeldMinor = Math.min(reserveOf(terms, sums.grossMinor), Math.max(0, beforeReserveMinor));
  const owedMinor = sumMinor([beforeReserveMinor, -reserveHeldMinor]);
  const payoutMinor = owedMinor > 0 && owedMinor >= terms.minimumPayoutMinor ? owedMinor : 0;
  const carriedOutMinor = sumMinor([owedMinor, -payoutMinor]);
  return {
    agencyId: terms.agencyId,
    currency: terms.currency,
    basis: terms.basis,
    window,
    settled,
    held,
    totals: {
      carriedInMinor: opening.carriedMinor,
      ...sums,
      reserveReleasedMinor,
      reserveHeldMinor,
      netMinor: sumMinor([owedMinor, -opening.carriedMinor]),
      payoutMinor,
      carriedOutMinor,
    },
    opening,
    closing: {
      carriedMinor: carriedOutMinor,
      reserves: [
        ...opening.reserves.filter(({ releaseOn }) => releaseOn > window.to),
        ...reserveKept(terms, window, reserveHeldMinor),
      ],
    },
  };
}

/**
 * Settles window after window, from the one of the earliest item to the one that holds the last date; what one holds, the
 * next is offered again. Throws like `settleWindow` and `windowOf`.
 */
export function settleWindows(
  terms: SettlementTerms,
  calendar: BusinessCalendar,
  items: readonly SettlementItem[],
  lastDate: string,
): Settlement[] {
  assertItems(items);
  const [first] = [...items].sort(byDateAndId);
  const settlements: Settlement[] = [];
  if (!first || first.businessDate > lastDate) return settlements;
  let window = windowOf(terms, calendar, first.businessDate);
  let position = NOTHING_OWED;
  let open = items;
  for (;;) {
    const settlement = settleWindow(terms, window, position, open);
    settlements.push(settlement);
    if (window.to >= lastDate) return settlements;
    const done = new Set(settlement.settled.map(({ itemId }) => itemId));
    open = open.filter(({ itemId }) => !done.has(itemId));
    position = settlement.closing;
    window = nextWindow(terms, calendar, window);
  }
}

function heldOf(items: readonly SettlementItem[]): HeldItem[] {
  const own = items.flatMap((item): HeldItem[] => {
    if (item.state === 'disputed') return [{ item, reason: 'disputed' }];
    return item.state === 'unreconciled' ? [{ item, reason: 'notReconciled' }] : [];
  });
  const heldPayments = new Set(own.flatMap(({ item }) => (item.kind === 'payment' ? [item.paymentId] : [])));
  const heldIds = new Set(own.map(({ item }) => item.itemId));
  // What takes back or corrects money that was not paid out waits with it: else the agency would be charged for what it never got.
  const along = items
    .filter(
      (item) => !heldIds.has(item.itemId) && item.paymentId !== null && heldPayments.has(item.paymentId),
    )
    .map((item): HeldItem => ({ item, reason: 'paymentHeld' }));
  return [...own, ...along].sort((a, b) => byDateAndId(a.item, b.item));
}

function sumsOf(items: readonly SettlementItem[], basis: SettlementTerms['basis']) {
  const total = (kind: ItemKind, field: 'amountMinor' | 'feeMinor') =>
    sumMinor(items.filter((item) => item.kind === kind).map((item) => item[field]));
  const isNet = basis === 'net';
  return {
    grossMinor: total('payment', 'amountMinor'),
    refundsMinor: total('refund', 'amountMinor'),
    feesMinor: isNet ? total('payment', 'feeMinor') : 0,
    feesReturnedMinor: isNet ? total('refund', 'feeMinor') : 0,
    adjustmentsMinor: total('adjustment', 'amountMinor'),
    payoutsReturnedMinor: total('payoutReturned', 'amountMinor'),
  };
}

/** Rounded half up to the minor unit. */
function reserveOf({ reserve }: SettlementTerms, grossMinor: number): number {
  if (reserve === null) return 0;
  // The product exceeds what a number holds exactly.
  return Number((BigInt(grossMinor) * BigInt(reserve.ratePpm) + 500_000n) / 1_000_000n);
}

function reserveKept(
  { reserve }: SettlementTerms,
  { to }: SettlementWindow,
  amountMinor: number,
): HeldReserve[] {
  if (reserve === null || amountMinor === 0) return [];
  return [{ heldOn: to, releaseOn: addDays(to, reserve.heldDays), amountMinor }];
}

function assertItems(items: readonly SettlementItem[]): void {
  if (new Set(items.map(({ itemId }) => itemId)).size < items.length) {
    throw new RangeError('an item comes twice');
  }
  for (const { kind, amountMinor, feeMinor, paymentId } of items) {
    const isWhole = Number.isSafeInteger(amountMinor) && Number.isSafeInteger(feeMinor) && feeMinor >= 0;
    if (!isWhole || (amountMinor < 0 && kind !== 'adjustment')) {
      throw new RangeError('amounts are whole minor units, and only an adjustment may be below zero');
    }
    const isOfPayment = kind === 'payment' || kind === 'refund';
    if (isOfPayment && paymentId === null) throw new RangeError('payments and refunds name their payment');
    if (!isOfPayment && feeMinor !== 0) throw new RangeError('only payments and refunds have fees');
  }
}

function byDateAndId(a: SettlementItem, b: SettlementItem): number {
  if (a.businessDate !== b.businessDate) return a.businessDate < b.businessDate ? -1 : 1;
  return a.itemId < b.itemId ? -1 : 1;
}
