import type { AgencyDetail, Bill, Money } from '../../api/types.ts';
import { totals } from '../../format.ts';

type BillShape = AgencyDetail['billShape'];

export function oldestFirst(bills: readonly Bill[]): Bill[] {
  return [...bills].sort((a, b) => (a.period < b.period ? -1 : a.period > b.period ? 1 : 0));
}

/** Bills that can be paid now, oldest first: those under way elsewhere cannot. */
export function payableBills(bills: readonly Bill[]): Bill[] {
  return oldestFirst(bills.filter((bill) => bill.inFlightPaymentId === null));
}

/** What is ticked to begin with: everything that one payment may carry. */
export function initialChoice(shape: BillShape, payable: readonly Bill[]): string[] {
  return (shape === 'one' ? payable.slice(0, 1) : payable).map((bill) => bill.billId);
}

/** What is ticked after one bill was touched, as the agency allows. `payable` is oldest first. */
export function toggleBill(
  shape: BillShape,
  payable: readonly Bill[],
  chosen: readonly string[],
  billId: string,
): string[] {
  const ids = payable.map((bill) => bill.billId);
  switch (shape) {
    case 'one':
      return [billId];
    case 'all':
      return ids;
    case 'some':
      return chosen.includes(billId) ? chosen.filter((id) => id !== billId) : [...chosen, billId];
    case 'oldestFirst': {
      // A newer bill drags the older ones in; taking an older one out lets go of the newer ones.
      const upTo = ids.indexOf(billId);
      return chosen.includes(billId) ? ids.slice(0, upTo) : ids.slice(0, upTo + 1);
    }
  }
}

/** Sum of the chosen bills, or null when nothing is chosen or their currencies differ. */
export function chosenTotal(payable: readonly Bill[], chosen: readonly string[]): Money | null {
  const sums = totals(payable.filter((bill) => chosen.includes(bill.billId)).map((bill) => bill.amountDue));
  return sums.length === 1 ? (sums[0] ?? null) : null;
}
