import { chinaDate } from '../../src/kernel/china-time.ts';
import { sumMinor } from '../../src/kernel/money.ts';
import { AgencyBooks } from '../support/agency-books.ts';
import { type Charge, chargesOf, lateFeeFen, type Usage } from './tariff.rules.ts';

export interface Customer {
  accountNo: string;
  name: string;
  /** As far as the district, which may be shown. */
  district: string;
  /** The rest of the address, which may not. */
  street: string;
}

/** One period's bill. */
export interface WaterBill {
  billNo: string;
  accountNo: string;
  /** `YYYYMM`, the month that the period ended in. */
  period: string;
  usage: Usage;
  lastReading: number;
  thisReading: number;
  charges: Charge[];
  arrearsFen: number;
  /** `YYYY-MM-DD`, the last day without a late fee. */
  dueDate: string;
}

export type WaterBooks = AgencyBooks<Customer, WaterBill>;

export function openBooks(dataDir: string): Promise<WaterBooks> {
  return AgencyBooks.open<Customer, WaterBill>(dataDir);
}

/** Makes the bill of a period from what the meter counted. */
export function issueBill(
  books: WaterBooks,
  { accountNo, period, usage, dueDate }: Pick<WaterBill, 'accountNo' | 'period' | 'usage' | 'dueDate'>,
): WaterBill {
  const charges = chargesOf(usage);
  const lastReading =
    books.billsOf(accountNo).at(-1)?.thisReading ?? 100 + (Number(accountNo.slice(-4)) % 900);
  return books.addBill((billNo) => ({
    billNo,
    accountNo,
    period,
    usage,
    lastReading,
    thisReading: lastReading + usage.volumeM3,
    charges,
    arrearsFen: sumMinor(charges.map(({ amountFen }) => amountFen)),
    dueDate,
  }));
}

/** What a customer owes, oldest first. */
export function unpaid(books: WaterBooks, accountNo: string): WaterBill[] {
  return books
    .billsOf(accountNo)
    .filter(({ billNo }) => books.paidTowards(billNo).length === 0)
    .sort((a, b) => (a.period < b.period ? -1 : a.period > b.period ? 1 : 0));
}

/** What a bill comes to when paid at a moment. */
export function amountAt(
  { arrearsFen, dueDate }: WaterBill,
  atMs: number,
): { lateFeeFen: number; totalFen: number } {
  const feeFen = lateFeeFen(arrearsFen, dueDate, chinaDate(atMs));
  return { lateFeeFen: feeFen, totalFen: arrearsFen + feeFen };
}
