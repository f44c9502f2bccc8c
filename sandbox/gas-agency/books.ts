import { chinaDate, startOfChinaDate } from '../../src/kernel/china-time.ts';
import { sumMinor } from '../../src/kernel/money.ts';
import { AgencyBooks } from '../support/agency-books.ts';
import { type Charge, chargesOf, costFen, owedOn, volumeForDm3 } from './tariff.rules.ts';

export interface Customer {
  accountNo: string;
  name: string;
  /** As far as the district, which may be shown. */
  district: string;
  /** The rest of the address, which may not. */
  street: string;
  /** How gas is paid for: after use, onto a card, or by a token typed into the meter. */
  meter: 'pipeline' | 'card' | 'token';
}

/** One month's bill of a pipeline customer. */
export interface GasBill {
  billNo: string;
  accountNo: string;
  /** `YYYYMM` */
  period: string;
  volumeM3: number;
  lastReading: number;
  thisReading: number;
  charges: Charge[];
  arrearsFen: number;
  /** `YYYY-MM-DD`, the last day without a late fee. */
  dueDate: string;
}

export type GasBooks = AgencyBooks<Customer, GasBill>;

export function openBooks(dataDir: string): Promise<GasBooks> {
  return AgencyBooks.open<Customer, GasBill>(dataDir);
}

/** Makes the bill of a month; its tiers follow from what was billed of the same year before. */
export function issueBill(
  books: GasBooks,
  { accountNo, period, volumeM3, dueDate }: Pick<GasBill, 'accountNo' | 'period' | 'volumeM3' | 'dueDate'>,
): GasBill {
  const earlier = books.billsOf(accountNo);
  const usedM3 = sumMinor(
    earlier.filter((bill) => bill.period.slice(0, 4) === period.slice(0, 4)).map((bill) => bill.volumeM3),
  );
  const charges = chargesOf({ volumeDm3: volumeM3 * 1000, usedDm3: usedM3 * 1000 });
  const lastReading = earlier.at(-1)?.thisReading ?? 500 + (Number(accountNo.slice(-4)) % 900);
  return books.addBill((billNo) => ({
    billNo,
    accountNo,
    period,
    volumeM3,
    lastReading,
    thisReading: lastReading + volumeM3,
    charges,
    arrearsFen: sumMinor(charges.map(({ amountFen }) => amountFen)),
    dueDate,
  }));
}

/** What is still owed of a bill at a moment. */
export function owedAt(
  books: GasBooks,
  bill: GasBill,
  atMs: number,
): { arrearsFen: number; lateFeeFen: number } {
  const payments = books
    .paidTowards(bill.billNo)
    .map(({ paidAtMs, amountFen }) => ({ onDate: chinaDate(paidAtMs), amountFen }));
  return owedOn(bill, payments, chinaDate(atMs));
}

/** What a customer owes at a moment, oldest first. */
export function unpaid(
  books: GasBooks,
  accountNo: string,
  atMs: number,
): { bill: GasBill; arrearsFen: number; lateFeeFen: number }[] {
  return books
    .billsOf(accountNo)
    .map((bill) => ({ bill, ...owedAt(books, bill, atMs) }))
    .filter(({ arrearsFen, lateFeeFen }) => arrearsFen + lateFeeFen > 0)
    .sort((a, b) => (a.bill.period < b.bill.period ? -1 : a.bill.period > b.bill.period ? 1 : 0));
}

/** Something a prepaid meter can be charged with. */
export interface Offer {
  planId: string;
  volumeDm3: number;
  priceFen: number;
}

const CARD_VOLUMES_M3 = [10, 20, 50, 100];
const TOKEN_AMOUNTS_YUAN = [50, 100, 200];

/** What a prepaid customer can buy at a moment: cards are charged by volume, tokens by amount; prices follow from the year's tiers. */
export function offersTo(books: GasBooks, { accountNo, meter }: Customer, atMs: number): Offer[] {
  const startOfYearMs = startOfChinaDate(`${chinaDate(atMs).slice(0, 4)}-01-01`);
  const usedDm3 = books.boughtSinceDm3(accountNo, startOfYearMs);
  if (meter === 'card') {
    return CARD_VOLUMES_M3.map((volumeM3) => {
      const volumeDm3 = volumeM3 * 1000;
      return { planId: `V${volumeM3}`, volumeDm3, priceFen: costFen({ volumeDm3, usedDm3 }) };
    });
  }
  return TOKEN_AMOUNTS_YUAN.map((yuan) => {
    const amountFen = yuan * 100;
    return { planId: `A${yuan}`, volumeDm3: volumeForDm3({ amountFen, usedDm3 }), priceFen: amountFen };
  });
}
