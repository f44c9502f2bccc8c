import type { Bill, BillPayment, ChargeKind } from '../contract/index.ts';
import { type Money, money } from '../kernel/money.ts';

/** How an amount is spread: over bills, over the charges of a bill that is paid in part, and what is beyond them all. */
export interface Apportionment {
  bills: readonly BillPayment[];
  /** Beyond what is due, kept in the account's favour; null when there is none. */
  credit: Money | null;
}

/**
 * Spreads an amount over the chosen bills, oldest first, and within a bill that it does not cover over its charges in the
 * agency's order. Bills and credit always add up to the amount; bills that get nothing are left out.
 */
export function apportion(
  bills: readonly Bill[],
  amount: Money,
  chargeOrder: readonly ChargeKind[],
): Apportionment {
  let leftMinor = amount.amountMinor;
  const oldestFirst = [...bills].sort((a, b) => (a.period < b.period ? -1 : a.period > b.period ? 1 : 0));
  const parts = oldestFirst.map((bill) => {
    const partMinor = Math.min(leftMinor, bill.amountDue.amountMinor);
    leftMinor -= partMinor;
    return partOf(bill, partMinor, chargeOrder);
  });
  return {
    bills: parts.filter((part) => part.amount.amountMinor > 0),
    credit: leftMinor > 0 ? money(leftMinor, amount.currency) : null,
  };
}

function partOf(bill: Bill, partMinor: number, chargeOrder: readonly ChargeKind[]): BillPayment {
  const { currency, amountMinor: dueMinor } = bill.amountDue;
  const part = { billId: bill.billId, amount: money(partMinor, currency) };
  if (partMinor === dueMinor || partMinor === 0 || chargeOrder.length === 0) return part;
  return { ...part, charges: spreadOverCharges(bill, partMinor, chargeOrder) };
}

/**
 * What each kind of charge gets. A rebate or credit on the bill lowers what is due of the charges that come last: whoever
 * pays a part has not earned it for the first ones.
 */
function spreadOverCharges(bill: Bill, partMinor: number, chargeOrder: readonly ChargeKind[]) {
  const rank = (kind: ChargeKind) => {
    const index = chargeOrder.indexOf(kind);
    return index < 0 ? chargeOrder.length : index;
  };
  const owedMinor = new Map<ChargeKind, number>();
  for (const { kind, amount } of bill.lines) {
    owedMinor.set(kind, (owedMinor.get(kind) ?? 0) + amount.amountMinor);
  }
  // Sorting is stable: charges that the agency does not rank keep the order of its bill.
  const kinds = [...owedMinor.keys()].sort((a, b) => rank(a) - rank(b));
  let leftMinor = partMinor;
  return kinds.flatMap((kind) => {
    const takenMinor = Math.min(leftMinor, Math.max(0, owedMinor.get(kind) ?? 0));
    leftMinor -= takenMinor;
    return takenMinor > 0 ? [{ kind, amount: money(takenMinor, bill.amountDue.currency) }] : [];
  });
}
