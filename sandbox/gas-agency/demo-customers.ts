import { addDays } from '../../src/kernel/business-date.ts';
import { chinaDate } from '../../src/kernel/china-time.ts';
import { AGENCY_FAULTS, type AgencyFault, monthBefore } from '../support/agency-conduct.ts';
import { type About, FAULT_WORDS } from '../support/fault-words.ts';
import { PIPELINE_NUMBERS, PREPAID_NUMBERS } from './account-number.rules.ts';
import { type Customer, type GasBooks, issueBill } from './books.ts';

interface DemoBill {
  monthsAgo: number;
  volumeM3: number;
  dueInDays: number;
}

/** A made-up customer and the bills it starts with; `monthsAgo` 1 is the month just ended. */
export interface DemoCustomer extends Customer {
  about: About;
  fault: AgencyFault | null;
  bills: readonly DemoBill[];
}

type Row = [meter: Customer['meter'], about: About, name: string, street: string, bills: readonly DemoBill[]];

const WITHOUT_FAULT: readonly Row[] = [
  [
    'pipeline',
    { 'zh-CN': '一期待缴', en: 'one bill due' },
    '范志伟',
    '员村二横路18号604房',
    [{ monthsAgo: 1, volumeM3: 14, dueInDays: 12 }],
  ],
  [
    'pipeline',
    {
      'zh-CN': '三期待缴，由旧到新缴，可部分缴纳，其中两期逾期',
      en: 'three periods due, oldest first, in part if you like; two of them late',
    },
    '金丽华',
    '车陂路220号1101房',
    [
      { monthsAgo: 3, volumeM3: 18, dueInDays: -49 },
      { monthsAgo: 2, volumeM3: 21, dueInDays: -18 },
      { monthsAgo: 1, volumeM3: 16, dueInDays: 12 },
    ],
  ],
  ['pipeline', { 'zh-CN': '没有欠费', en: 'nothing due' }, '汪秀珍', '黄村大道5号302房', []],
  [
    'card',
    { 'zh-CN': 'IC 卡表，按气量购气后写卡', en: 'card meter, charged by volume' },
    '江海涛',
    '棠下涌东路7号203房',
    [],
  ],
  [
    'token',
    { 'zh-CN': '物联网表，按金额购气得充值码', en: 'keypad meter, charged by a token' },
    '常思远',
    '科韵路58号1506房',
    [],
  ],
];

const FAULT_NAMES = [
  '贺敏',
  '赖永康',
  '龚佩玲',
  '文国栋',
  '庞婉婷',
  '樊子轩',
  '兰秀英',
  '殷浩然',
  '施静雯',
  '陶文博',
  '洪思颖',
];

/** The customers that every new set of books starts with. */
export const DEMO_CUSTOMERS: readonly DemoCustomer[] = [
  ...WITHOUT_FAULT.map(([meter, about, name, street, bills], index): DemoCustomer => {
    const numbers = meter === 'pipeline' ? PIPELINE_NUMBERS : PREPAID_NUMBERS;
    const accountNo = numbers.numberOf(index + 1, null);
    return { about, fault: null, accountNo, name, district: '广州市天河区', street, meter, bills };
  }),
  ...AGENCY_FAULTS.map(
    (fault, index): DemoCustomer => ({
      about: {
        'zh-CN': `一期待缴；${FAULT_WORDS[fault]['zh-CN']}`,
        en: `one bill due; ${FAULT_WORDS[fault].en}`,
      },
      fault,
      accountNo: PIPELINE_NUMBERS.numberOf(index + 1, fault),
      name: FAULT_NAMES[index] ?? '方圆',
      district: '广州市白云区',
      street: `机场路${300 + index}号${index + 1}03房`,
      meter: 'pipeline',
      bills: [{ monthsAgo: 1, volumeM3: 10 + index, dueInDays: 12 }],
    }),
  ),
];

/** Writes the demo customers and their bills, dated from now. */
export function seedDemoCustomers(books: GasBooks, nowMs: number): void {
  for (const { about: _about, fault: _fault, bills, ...customer } of DEMO_CUSTOMERS) {
    books.addCustomer(customer);
    for (const { monthsAgo, volumeM3, dueInDays } of bills) {
      issueBill(books, {
        accountNo: customer.accountNo,
        period: monthBefore(nowMs, monthsAgo),
        volumeM3,
        dueDate: addDays(chinaDate(nowMs), dueInDays),
      });
    }
  }
}
