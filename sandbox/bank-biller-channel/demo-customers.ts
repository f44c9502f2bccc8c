import { addDays } from '../../src/kernel/business-date.ts';
import { chinaDate } from '../../src/kernel/china-time.ts';
import { AGENCY_FAULTS, type AgencyFault, monthBefore } from '../support/agency-conduct.ts';
import { type About, FAULT_WORDS } from '../support/fault-words.ts';
import { BILLERS, type Biller, NUMBERINGS } from './billers.ts';
import { accountOf, type BillItem, type ChannelBooks, issueBill } from './books.ts';

/** A made-up customer of a biller. */
export interface DemoCustomer {
  billerId: string;
  number: string;
  about: About;
  fault: AgencyFault | null;
  name: string;
  /** Bills of how many months it starts with. */
  billMonths: number;
}

const NAMES = [
  '郭子轩',
  '曾丽华',
  '邓志强',
  '萧雅琴',
  '谭国栋',
  '潘晓燕',
  '袁浩然',
  '蒋美玲',
  '蔡文彬',
  '贾春梅',
  '钟伟伦',
];
const ABOUT: Record<Biller['mode'], readonly [about: About, billMonths: number][]> = {
  QUERY: [
    [{ 'zh-CN': '一期待缴', en: 'one bill due' }, 1],
    [{ 'zh-CN': '两期待缴', en: 'two periods due' }, 2],
    [{ 'zh-CN': '没有欠费', en: 'nothing due' }, 0],
  ],
  VERIFY: [[{ 'zh-CN': '可充值任意金额', en: 'takes any amount' }, 0]],
  PACKAGE: [[{ 'zh-CN': '可选套餐', en: 'offers packages' }, 0]],
};

/** The customers that every new set of books starts with: of each biller some that go well, and one for each fault. */
export const DEMO_CUSTOMERS: readonly DemoCustomer[] = BILLERS.flatMap(({ billerId, mode }) => {
  const numberOf = (serial: number, fault: AgencyFault | null) =>
    NUMBERINGS[billerId]?.numberOf(serial, fault) ?? '';
  return [
    ...ABOUT[mode].map(([about, billMonths], index) => ({
      billerId,
      number: numberOf(index + 1, null),
      about,
      fault: null,
      name: NAMES[index] ?? '方圆',
      billMonths,
    })),
    ...AGENCY_FAULTS.map((fault, index) => ({
      billerId,
      number: numberOf(index + 1, fault),
      about: FAULT_WORDS[fault],
      fault,
      name: NAMES[index] ?? '方圆',
      billMonths: mode === 'QUERY' ? 1 : 0,
    })),
  ];
});

/** Writes the demo customers and their bills, dated from now. */
export function seedDemoCustomers(books: ChannelBooks, nowMs: number): void {
  for (const { billerId, number, name, billMonths } of DEMO_CUSTOMERS) {
    const accountNo = accountOf(billerId, number);
    books.addCustomer({ accountNo, name, district: '广州市天河区' });
    for (let monthsAgo = billMonths; monthsAgo >= 1; monthsAgo--) {
      const draw = Number(number.slice(-4)) + monthsAgo;
      const dueDate = addDays(chinaDate(nowMs), 12);
      issueBill(books, {
        accountNo,
        month: monthBefore(nowMs, monthsAgo),
        dueDate,
        items: itemsFor(billerId, draw),
      });
    }
  }
}

/** What a month costs, following from a number. */
export function itemsFor(billerId: string, draw: number): BillItem[] {
  const usedFen = 1_000 + (draw % 97) * 53;
  if (billerId === 'GD4401WATER1') {
    return [
      { code: 'USE', nameZh: '自来水费', nameEn: 'Water', amountFen: usedFen },
      { code: 'SEWAGE', nameZh: '污水处理费', nameEn: 'Sewage', amountFen: Math.floor(usedFen / 2) },
    ];
  }
  return [
    { code: 'BASE', nameZh: '宽带月租', nameEn: 'Monthly line', amountFen: 9_900 },
    { code: 'USE', nameZh: '增值服务', nameEn: 'Extras', amountFen: usedFen },
  ];
}
