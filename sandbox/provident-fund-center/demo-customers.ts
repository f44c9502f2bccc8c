import { AGENCY_FAULTS, type AgencyFault, monthBefore } from '../support/agency-conduct.ts';
import { type About, FAULT_WORDS } from '../support/fault-words.ts';
import { addInstalment, DEPOSIT_NUMBERS, type FundBooks, LOAN_NUMBERS } from './books.ts';

export interface DemoCustomer {
  accountNo: string;
  name: string;
  about: About;
  fault: AgencyFault | null;
  isSealed: boolean;
  /** For loans: how many instalments are to be repaid, one a month to this one. */
  instalmentsDue: number;
}

const customer = (
  accountNo: string,
  name: string,
  about: About,
  more: Partial<DemoCustomer> = {},
): DemoCustomer => ({ accountNo, name, about, fault: null, isSealed: false, instalmentsDue: 0, ...more });

const loan = (serial: number, name: string, instalmentsDue: number, about: About) =>
  customer(LOAN_NUMBERS.numberOf(serial, null), name, about, { instalmentsDue });

/** Who is in new books. */
export const DEMO_CUSTOMERS: readonly DemoCustomer[] = [
  customer(DEPOSIT_NUMBERS.numberOf(1, null), '罗文娟', { 'zh-CN': '可缴存', en: 'takes deposits' }),
  customer(
    DEPOSIT_NUMBERS.numberOf(2, null),
    '关启明',
    { 'zh-CN': '账户已封存', en: 'a sealed account' },
    { isSealed: true },
  ),
  loan(1, '谭永健', 1, { 'zh-CN': '一期待还', en: 'one instalment due' }),
  loan(2, '上官云', 3, { 'zh-CN': '三期待还，有逾期', en: 'three instalments due, some late' }),
  loan(3, '韦国强', 0, { 'zh-CN': '无应还款', en: 'nothing due' }),
  ...AGENCY_FAULTS.map((fault, index) =>
    customer(
      DEPOSIT_NUMBERS.numberOf(10 + index, fault),
      '卢小燕',
      { 'zh-CN': `可缴存；${FAULT_WORDS[fault]['zh-CN']}`, en: `takes deposits; ${FAULT_WORDS[fault].en}` },
      { fault },
    ),
  ),
];

/** Writes the demo customers and their instalments, dated from now. */
export function seedDemoCustomers(books: FundBooks, nowMs: number): void {
  for (const { accountNo, name, isSealed, instalmentsDue } of DEMO_CUSTOMERS) {
    books.addCustomer({ accountNo, name, isSealed });
    for (let months = instalmentsDue; months > 0; months--) {
      addInstalment(books, accountNo, monthBefore(nowMs, months - 1));
    }
  }
}
