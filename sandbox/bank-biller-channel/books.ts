import { sumMinor } from '../../src/kernel/money.ts';
import { AgencyBooks } from '../support/agency-books.ts';

/** A biller's customer; `accountNo` is the biller's id, a slash and the number there. */
export interface Customer {
  accountNo: string;
  name: string;
  district: string;
}

export interface BillItem {
  code: 'USE' | 'BASE' | 'SEWAGE' | 'WASTE';
  nameZh: string;
  nameEn: string;
  amountFen: number;
}

/** One month's bill. */
export interface ChannelBill {
  billNo: string;
  accountNo: string;
  /** `YYYYMM` */
  month: string;
  items: readonly BillItem[];
  totalFen: number;
  /** `YYYY-MM-DD` */
  dueDate: string;
}

export type ChannelBooks = AgencyBooks<Customer, ChannelBill>;

export function openBooks(dataDir: string): Promise<ChannelBooks> {
  return AgencyBooks.open<Customer, ChannelBill>(dataDir);
}

export function accountOf(billerId: string, number: string): string {
  return `${billerId}/${number}`;
}

export function issueBill(
  books: ChannelBooks,
  bill: Pick<ChannelBill, 'accountNo' | 'month' | 'items' | 'dueDate'>,
): ChannelBill {
  const totalFen = sumMinor(bill.items.map(({ amountFen }) => amountFen));
  return books.addBill((billNo) => ({ ...bill, billNo, totalFen }));
}

/** What a customer owes, oldest first. */
export function unpaid(books: ChannelBooks, accountNo: string): ChannelBill[] {
  return books
    .billsOf(accountNo)
    .filter(({ billNo }) => books.paidTowards(billNo).length === 0)
    .sort((a, b) => (a.month < b.month ? -1 : a.month > b.month ? 1 : 0));
}
