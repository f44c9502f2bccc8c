import { AGENCY_FAULTS, type AgencyFault, monthBefore } from '../support/agency-conduct.ts';
import { type About, FAULT_WORDS } from '../support/fault-words.ts';
import { identityNumber } from './identity-numbers.rules.ts';
import type { BureauBooks } from './operations.ts';

export interface DemoParticipant {
  /** The identity number: of somebody who does not exist. */
  accountNo: string;
  name: string;
  about: About;
  fault: AgencyFault | null;
  /** How many months back there is something to pay for. */
  monthsDue: number;
}

const plain = (serial: number, name: string, monthsDue: number, about: About): DemoParticipant => ({
  accountNo: identityNumber(serial, null),
  name,
  monthsDue,
  about,
  fault: null,
});

const SURNAMES = [...'麦区伍简莫凌霍庞屈邝利'];

/** Who is in new books. */
export const DEMO_PARTICIPANTS: readonly DemoParticipant[] = [
  plain(7_001, '梁家辉', 1, { 'zh-CN': '一个月待缴', en: 'one month due' }),
  plain(8_002, '欧阳静', 3, { 'zh-CN': '三个月待缴', en: 'three months due' }),
  plain(9_003, '冼伟明', 0, { 'zh-CN': '无应缴费款', en: 'nothing due' }),
  ...AGENCY_FAULTS.map(
    (fault, index): DemoParticipant => ({
      accountNo: identityNumber(4_010 + index, fault),
      name: `${SURNAMES[index]}志强`,
      monthsDue: 1,
      about: {
        'zh-CN': `一个月待缴；${FAULT_WORDS[fault]['zh-CN']}`,
        en: `one month due; ${FAULT_WORDS[fault].en}`,
      },
      fault,
    }),
  ),
];

/** Writes the demo participants and what they are to pay, dated from now. */
export function seedDemoParticipants(books: BureauBooks, nowMs: number): void {
  for (const { accountNo, name, monthsDue } of DEMO_PARTICIPANTS) {
    addParticipant(books, accountNo, name);
    for (let months = monthsDue; months > 0; months--)
      addMonth(books, accountNo, monthBefore(nowMs, months - 1));
  }
}

export function addParticipant(books: BureauBooks, accountNo: string, name: string): void {
  const personNo = String(books.customerCount + 1).padStart(12, '4');
  books.addCustomer({ accountNo, name, personNo });
}

export function addMonth(books: BureauBooks, accountNo: string, month: string): { billNo: string } {
  return books.addBill((billNo) => ({ billNo, accountNo, month }));
}
