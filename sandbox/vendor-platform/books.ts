import { AgencyBooks } from '../support/agency-books.ts';

/** A tenant's customer; `accountNo` is the tenant's id, a slash and the number there. */
export interface Customer {
  accountNo: string;
  name: string;
}

/** What one period costs. */
export interface PlatformBill {
  billNo: string;
  accountNo: string;
  /** `YYYYMM` */
  period: string;
  title: { zh: string; en: string };
  amountFen: number;
  /** `YYYY-MM-DD` */
  dueDate: string;
}

export type PlatformBooks = AgencyBooks<Customer, PlatformBill>;

export function openBooks(dataDir: string): Promise<PlatformBooks> {
  return AgencyBooks.open<Customer, PlatformBill>(dataDir);
}

export function accountOf(tenantId: string, number: string): string {
  return `${tenantId}/${number}`;
}

/** What a customer owes, oldest first. */
export function unpaid(books: PlatformBooks, accountNo: string): PlatformBill[] {
  return books
    .billsOf(accountNo)
    .filter(({ billNo }) => books.paidTowards(billNo).length === 0)
    .sort((a, b) => (a.period < b.period ? -1 : a.period > b.period ? 1 : 0));
}
