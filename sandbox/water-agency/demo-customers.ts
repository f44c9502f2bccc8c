import { addDays } from '../../src/kernel/business-date.ts';
import { chinaDate } from '../../src/kernel/china-time.ts';
import { AGENCY_FAULTS, type AgencyFault, monthBefore } from '../support/agency-conduct.ts';
import { type About, FAULT_WORDS } from '../support/fault-words.ts';
import { ACCOUNT_NUMBERS } from './account-number.rules.ts';
import { type Customer, issueBill, type WaterBooks } from './books.ts';

interface DemoBill {
  monthsAgo: number;
  volumeM3: number;
  dueInDays: number;
}

/** A made-up customer and the bills it starts with, of two months each; `monthsAgo` 1 is the month just ended. */
export interface DemoCustomer extends Customer {
  about: About;
  fault: AgencyFault | null;
  bills: readonly DemoBill[];
}

const WITHOUT_FAULT: readonly [about: About, name: string, street: string, bills: readonly DemoBill[]][] = [
  [
    { 'zh-CN': '一期待缴', en: 'one bill due' },
    '罗建华',
    '江南大道中180号3栋802房',
    [{ monthsAgo: 1, volumeM3: 31, dueInDays: 12 }],
  ],
  [
    { 'zh-CN': '一期待缴，用到第三级', en: 'one bill in all three tiers' },
    '高慧敏',
    '宝岗大道268号1205房',
    [{ monthsAgo: 1, volumeM3: 86, dueInDays: 12 }],
  ],
  [
    {
      'zh-CN': '两期待缴，须一次缴清，其中一期逾期',
      en: 'two periods due, paid all at once, one of them late',
    },
    '许志明',
    '昌岗中路166号1703房',
    [
      { monthsAgo: 3, volumeM3: 44, dueInDays: -47 },
      { monthsAgo: 1, volumeM3: 38, dueInDays: 12 },
    ],
  ],
  [{ 'zh-CN': '没有欠费', en: 'nothing due' }, '沈月娥', '工业大道北67号501房', []],
];

const FAULT_NAMES = [
  '余敏',
  '卢永强',
  '叶佩珊',
  '苏国辉',
  '吕婉仪',
  '丁子豪',
  '任秀兰',
  '姚浩明',
  '方静怡',
  '石文杰',
  '崔思琪',
];

/** The customers that every new set of books starts with. */
export const DEMO_CUSTOMERS: readonly DemoCustomer[] = [
  ...WITHOUT_FAULT.map(
    ([about, name, street, bills], index): DemoCustomer => ({
      about,
      fault: null,
      accountNo: ACCOUNT_NUMBERS.numberOf(index + 1, null),
      name,
      district: '广州市海珠区',
      street,
      bills,
    }),
  ),
  ...AGENCY_FAULTS.map(
    (fault, index): DemoCustomer => ({
      about: {
        'zh-CN': `一期待缴；${FAULT_WORDS[fault]['zh-CN']}`,
        en: `one bill due; ${FAULT_WORDS[fault].en}`,
      },
      fault,
      accountNo: ACCOUNT_NUMBERS.numberOf(index + 1, fault),
      name: FAULT_NAMES[index] ?? '方圆',
      district: '广州市荔湾区',
      street: `中山八路${20 + index}号${index + 1}02房`,
      bills: [{ monthsAgo: 1, volumeM3: 24 + 3 * index, dueInDays: 12 }],
    }),
  ),
];

/** Writes the demo customers and their bills, dated from now. */
export function seedDemoCustomers(books: WaterBooks, nowMs: number): void {
  for (const { about: _about, fault: _fault, bills, ...customer } of DEMO_CUSTOMERS) {
    books.addCustomer(customer);
    for (const { monthsAgo, volumeM3, dueInDays } of bills) {
      issueBill(books, {
        accountNo: customer.accountNo,
        period: monthBefore(nowMs, monthsAgo),
        usage: { volumeM3, months: 2 },
        dueDate: addDays(chinaDate(nowMs), dueInDays),
      });
    }
  }
}
