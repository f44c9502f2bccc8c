import { AccountNumbering } from '../support/account-numbering.ts';

/** One thing that a tenant asks for. */
interface FormField {
  name: string;
  label: { zh: string; en: string };
  pattern: string;
  maxLength: number;
  isNumeric: boolean;
  help: { zh: string; en: string };
  mismatch: { zh: string; en: string };
}

/** An organisation that rents the platform. Amounts are yuan with two decimals, as everywhere on the wire. */
export interface Tenant {
  tenantId: string;
  name: { zh: string; en: string };
  business: 'PROPERTY' | 'SCHOOL';
  /** GB/T 2260 */
  regionCode: string;
  form: readonly FormField[];
  /** The field that names the account; the others must be right too. */
  accountField: string;
  /** Which of several bills may be paid: any of them, or the oldest first. */
  billChoice: 'ANY' | 'OLDEST_FIRST';
  maxAmount: string;
  phone: string;
}

/** The account numbers of each tenant. */
export const NUMBERINGS: Readonly<Record<string, AccountNumbering>> = {
  'ten-yulan-garden': new AccountNumbering('31', 6),
  'ten-lingnan-school': new AccountNumbering('72', 6),
};

/** Those that rent the platform when it starts. */
export const TENANTS: readonly Tenant[] = [
  {
    tenantId: 'ten-lingnan-school',
    name: { zh: '岭南实验学校（演示）', en: 'Lingnan Experimental School (demo)' },
    business: 'SCHOOL',
    regionCode: '440100',
    form: [
      {
        name: 'studentNo',
        label: { zh: '学籍号', en: 'Student number' },
        pattern: '^72[0-9]{9}$',
        maxLength: 11,
        isNumeric: true,
        help: { zh: '印在学生证上，共 11 位数字。', en: 'On the student card: 11 digits.' },
        mismatch: {
          zh: '学籍号是 72 开头的 11 位数字。',
          en: 'A student number has 11 digits and starts with 72.',
        },
      },
      {
        name: 'studentName',
        label: { zh: '学生姓名', en: 'Student’s name' },
        pattern: '^\\p{L}[\\p{L}·. ]{0,38}\\p{L}$',
        maxLength: 40,
        isNumeric: false,
        help: { zh: '与学生证上的姓名一致。', en: 'As it is written on the student card.' },
        mismatch: { zh: '请输入学生证上的姓名。', en: 'Please type the name on the student card.' },
      },
    ],
    accountField: 'studentNo',
    billChoice: 'ANY',
    maxAmount: '50000.00',
    phone: '020-5550-0172',
  },
  {
    tenantId: 'ten-yulan-garden',
    name: { zh: '玉兰花园物业（演示）', en: 'Yulan Garden property management (demo)' },
    business: 'PROPERTY',
    regionCode: '440100',
    form: [
      {
        name: 'houseNo',
        label: { zh: '房屋编号', en: 'Home number' },
        pattern: '^31[0-9]{9}$',
        maxLength: 11,
        isNumeric: true,
        help: {
          zh: '印在物业缴费通知单上，共 11 位数字。',
          en: 'On the notice of your property manager: 11 digits.',
        },
        mismatch: {
          zh: '房屋编号是 31 开头的 11 位数字。',
          en: 'A home number has 11 digits and starts with 31.',
        },
      },
    ],
    accountField: 'houseNo',
    billChoice: 'OLDEST_FIRST',
    maxAmount: '20000.00',
    phone: '020-5550-0131',
  },
];
