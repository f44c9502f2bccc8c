import { chinaDate } from '../../src/kernel/china-time.ts';
import { AccountNumbering } from '../support/account-numbering.ts';
import { AgencyBooks } from '../support/agency-books.ts';
import type { AgencyFault } from '../support/agency-conduct.ts';
import { type InstalmentAmounts, instalmentAmounts, penaltyFen } from './loan.rules.ts';

/** Accounts of flexible workers who pay in as they like, and loans: twelve digits each. */
export const DEPOSIT_NUMBERS = new AccountNumbering('20', 7);
export const LOAN_NUMBERS = new AccountNumbering('30', 7);

/** Whose account or loan it is. */
export interface FundCustomer {
  accountNo: string;
  name: string;
  /** A sealed account (封存) takes no deposits. */
  isSealed: boolean;
}

/** One instalment of a loan. */
export interface Instalment {
  billNo: string;
  accountNo: string;
  number: number;
  /** `YYYYMM` */
  month: string;
  /** `YYYY-MM-DD`, the last day without a penalty. */
  dueDate: string;
}
export type FundBooks = AgencyBooks<FundCustomer, Instalment>;

const DUE_DAY = '20';

/** What befalls the calls about an account or a loan. */
export function faultOf(accountNo: string): AgencyFault | null {
  return DEPOSIT_NUMBERS.faultOf(accountNo) ?? LOAN_NUMBERS.faultOf(accountNo);
}

export function openBooks(dataDir: string): Promise<FundBooks> {
  return AgencyBooks.open(dataDir);
}

/** The next instalment of a loan, due on the 20th of a month `YYYYMM` unless told otherwise. */
export function addInstalment(
  books: FundBooks,
  accountNo: string,
  month: string,
  dueDate?: string,
): Instalment {
  const number = books.billsOf(accountNo).length + 1;
  const usual = `${month.slice(0, 4)}-${month.slice(4)}-${DUE_DAY}`;
  return books.addBill((billNo) => ({ billNo, accountNo, number, month, dueDate: dueDate ?? usual }));
}

/** What is still to be repaid, oldest first. */
export function unpaidInstalments(books: FundBooks, accountNo: string): Instalment[] {
  return books
    .billsOf(accountNo)
    .filter(({ billNo }) => books.paidTowards(billNo).length === 0)
    .sort((a, b) => (a.month < b.month ? -1 : 1));
}

/** What an instalment comes to when paid at a moment. */
export function amountsAt(
  instalment: Instalment,
  atMs: number,
): InstalmentAmounts & { penaltyFen: number; totalFen: number } {
  const amounts = instalmentAmounts(instalment.number);
  const penalty = penaltyFen(amounts, instalment.dueDate, chinaDate(atMs));
  const { principalFen, interestFen } = amounts;
  return { ...amounts, penaltyFen: penalty, totalFen: principalFen + interestFen + penalty };
}

/** Under what deposits of one account in one month are counted together. */
export function depositMonth(accountNo: string, atMs: number): string {
  return `${accountNo}-${chinaDate(atMs).slice(0, 7)}`;
}
