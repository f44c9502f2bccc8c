import { addDays } from '../../src/kernel/business-date.ts';
import { chinaDate } from '../../src/kernel/china-time.ts';
import { type About, FAULT_WORDS } from '../support/fault-words.ts';
import { accountNumber, FAULTS, type Fault } from './account-number.rules.ts';
import type { Books, Customer } from './books.ts';
import type { Usage } from './tariff.rules.ts';

/** A made-up customer and the bills it starts with; `monthsAgo` 1 is the month just ended. */
export interface DemoCustomer extends Customer {
  about: About;
  fault: Fault | null;
  bills: { monthsAgo: number; usage: Usage; dueInDays: number }[];
}

const tiered = (kwh: number): Usage => ({ tariff: 'tiered', kwh });
const timeOfUse = (peakKwh: number, flatKwh: number, valleyKwh: number): Usage => ({
  tariff: 'timeOfUse',
  peakKwh,
  flatKwh,
  valleyKwh,
});

const WITHOUT_FAULT: [about: About, name: string, street: string, bills: DemoCustomer['bills']][] = [
  [
    { 'zh-CN': '一期待缴', en: 'one bill due' },
    '陈晓明',
    '体育东路98号5栋1203房',
    [{ monthsAgo: 1, usage: tiered(186), dueInDays: 12 }],
  ],
  [
    { 'zh-CN': '一期待缴，用到第三档', en: 'one bill in all three tiers' },
    '梁志豪',
    '黄埔大道西20号402房',
    [{ monthsAgo: 1, usage: tiered(742), dueInDays: 12 }],
  ],
  [
    { 'zh-CN': '三期待缴，其中两期逾期', en: 'three periods due, two of them late' },
    '何丽珍',
    '中山大道中33号2104房',
    [
      { monthsAgo: 3, usage: tiered(268), dueInDays: -49 },
      { monthsAgo: 2, usage: tiered(231), dueInDays: -18 },
      { monthsAgo: 1, usage: tiered(154), dueInDays: 12 },
    ],
  ],
  [
    { 'zh-CN': '峰谷电价', en: 'time of use' },
    '黄伟强',
    '天河北路601号1901房',
    [{ monthsAgo: 1, usage: timeOfUse(96, 128, 141), dueInDays: 12 }],
  ],
  [{ 'zh-CN': '没有欠费', en: 'nothing due' }, '林美华', '龙口西路7号301房', []],
  [
    { 'zh-CN': '峰谷电价，两期待缴', en: 'time of use, two periods due' },
    '吴家俊',
    '珠江新城华夏路16号2502房',
    [
      { monthsAgo: 2, usage: timeOfUse(150, 190, 260), dueInDays: -9 },
      { monthsAgo: 1, usage: timeOfUse(88, 117, 203), dueInDays: 12 },
    ],
  ],
];

const FAULT_NAMES = [
  '郑敏',
  '谢永康',
  '邓佩仪',
  '冯国栋',
  '曾婉婷',
  '彭子轩',
  '潘秀英',
  '袁浩然',
  '蔡静雯',
  '蒋文博',
  '魏思颖',
];

/** The customers that every new set of books starts with. */
export const DEMO_CUSTOMERS: readonly DemoCustomer[] = [
  ...WITHOUT_FAULT.map(
    ([about, name, street, bills], index): DemoCustomer => ({
      about,
      fault: null,
      consNo: accountNumber(index + 1, null),
      name,
      district: '广州市天河区',
      street,
      tariff: bills[0]?.usage.tariff ?? 'tiered',
      bills,
    }),
  ),
  ...FAULTS.map(
    (fault, index): DemoCustomer => ({
      about: {
        'zh-CN': `一期待缴；${FAULT_WORDS[fault]['zh-CN']}`,
        en: `one bill due; ${FAULT_WORDS[fault].en}`,
      },
      fault,
      consNo: accountNumber(index + 1, fault),
      name: FAULT_NAMES[index] ?? '方圆',
      district: '广州市越秀区',
      street: `东风中路${100 + index}号${index + 1}01房`,
      tariff: 'tiered',
      bills: [{ monthsAgo: 1, usage: tiered(120 + 10 * index), dueInDays: 12 }],
    }),
  ),
];

/** Writes the demo customers and their bills, dated from now. */
export function seedDemoCustomers(books: Books, nowMs: number): void {
  const today = chinaDate(nowMs);
  for (const { about: _about, fault: _fault, bills, ...customer } of DEMO_CUSTOMERS) {
    books.addCustomer(customer);
    for (const { monthsAgo, usage, dueInDays } of bills) {
      const dueDate = addDays(today, dueInDays);
      books.addReceivable({ consNo: customer.consNo, month: monthBefore(today, monthsAgo), usage, dueDate });
    }
  }
}

/** The month `YYYYMM` so many months before a date's own. */
export function monthBefore(date: string, months: number): string {
  const [year = 0, month = 0] = date.split('-').map(Number);
  const first = new Date(Date.UTC(year, month - 1 - months, 1));
  return first.toISOString().slice(0, 7).replace('-', '');
}
