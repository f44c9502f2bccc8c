import { addDays } from '../../src/kernel/business-date.ts';
import { chinaDate } from '../../src/kernel/china-time.ts';
import { AGENCY_FAULTS, type AgencyFault, monthBefore } from '../support/agency-conduct.ts';
import { type About, FAULT_WORDS } from '../support/fault-words.ts';
import { accountOf, type PlatformBooks } from './books.ts';
import { NUMBERINGS, TENANTS } from './tenants.ts';

/** A made-up customer of a tenant. */
export interface DemoCustomer {
  tenantId: string;
  number: string;
  name: string;
  about: About;
  fault: AgencyFault | null;
  bills: number;
}

const NAMES = [
  '温思远',
  '柯雨桐',
  '骆嘉明',
  '古晓岚',
  '邹子谦',
  '莫若曦',
  '幸文涛',
  '尤佳怡',
  '霍启航',
  '倪书瑶',
  '祝景行',
];
const WITHOUT_FAULT: readonly [about: About, bills: number][] = [
  [{ 'zh-CN': '一期待缴', en: 'one bill due' }, 1],
  [{ 'zh-CN': '两期待缴', en: 'two bills due' }, 2],
  [{ 'zh-CN': '没有欠费', en: 'nothing due' }, 0],
];

/** The customers that every new set of books starts with: of each tenant some that go well, and one for each fault. */
export const DEMO_CUSTOMERS: readonly DemoCustomer[] = TENANTS.flatMap(({ tenantId }) => {
  const customer = (about: About, fault: AgencyFault | null, index: number, bills: number): DemoCustomer => ({
    tenantId,
    number: NUMBERINGS[tenantId]?.numberOf(index + 1, fault) ?? '',
    name: NAMES[index] ?? '方圆',
    about,
    fault,
    bills,
  });
  return [
    ...WITHOUT_FAULT.map(([about, bills], index) => customer(about, null, index, bills)),
    ...AGENCY_FAULTS.map((fault, index) => customer(FAULT_WORDS[fault], fault, index, 1)),
  ];
});

/** Writes the demo customers and their bills, dated from now. */
export function seedDemoCustomers(books: PlatformBooks, nowMs: number): void {
  for (const { tenantId, number, name, bills } of DEMO_CUSTOMERS) {
    books.addCustomer({ accountNo: accountOf(tenantId, number), name });
    for (let monthsAgo = bills; monthsAgo >= 1; monthsAgo--) {
      issueBill(books, { tenantId, number, period: monthBefore(nowMs, monthsAgo) }, nowMs);
    }
  }
}

/** A bill of a period, whose amount follows from the account. */
export function issueBill(
  books: PlatformBooks,
  { tenantId, number, period }: { tenantId: string; number: string; period: string },
  nowMs: number,
) {
  const accountNo = accountOf(tenantId, number);
  const isSchool = tenantId === 'ten-lingnan-school';
  const amountFen = (isSchool ? 98_000 : 18_000) + ((Number(number.slice(-5)) + Number(period)) % 89) * 110;
  const title = isSchool
    ? { zh: '学杂费与午餐费', en: 'Fees and lunches' }
    : { zh: '物业管理费', en: 'Property management' };
  const dueDate = addDays(chinaDate(nowMs), 20);
  return books.addBill((billNo) => ({ billNo, accountNo, period, title, amountFen, dueDate }));
}
