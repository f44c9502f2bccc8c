import { AccountNumbering } from '../support/account-numbering.ts';

/** How a biller is paid: what it states is due, an account it confirms and any amount, or a package of its list. */
export type Mode = 'QUERY' | 'VERIFY' | 'PACKAGE';

/** A package (套餐) that an account can be renewed with. */
export interface Package {
  packageId: string;
  nameZh: string;
  nameEn: string;
  priceFen: number;
}

/** A biller (缴费单位) as the bank carries it. Amounts are fen. */
export interface Biller {
  billerId: string;
  nameZh: string;
  nameEn: string;
  industry: 'WATER' | 'CATV' | 'TELECOM' | 'BROADBAND';
  /** GB/T 2260 codes. */
  areas: readonly string[];
  mode: Mode;
  /** QUERY: whether all that is due is paid in one order, or any of it. */
  isAllAtOnce: boolean;
  /** VERIFY: the least and the most of one order. */
  amountFen?: { least: number; most: number };
  packages: readonly Package[];
  orderLimitFen: number;
  /** `HH:MM` in China, every day; `24:00` is the end of the day. */
  openFrom: string;
  openTo: string;
  /** Minutes within which the biller's own books follow an order. */
  postedWithin: number;
  servicePhone: string;
  field: {
    key: string;
    nameZh: string;
    nameEn: string;
    regex: string;
    maxLength: number;
    keypad: 'NUM' | 'TEL';
    helpZh: string;
    helpEn: string;
    errorZh: string;
    errorEn: string;
  };
}

/** The account numbers of each biller; those of the water company are as it gives them itself (`sandbox/water-agency`). */
export const NUMBERINGS: Readonly<Record<string, AccountNumbering>> = {
  GD4401CATV01: new AccountNumbering('8', 6),
  GD4401TEL001: new AccountNumbering('020', 5),
  GD4401BB0001: new AccountNumbering('52', 6),
  GD4401WATER1: new AccountNumbering('6', 6),
};

const shared = {
  areas: ['440100'],
  isAllAtOnce: false,
  packages: [],
  orderLimitFen: 500_000,
  openFrom: '00:00',
  openTo: '24:00',
  postedWithin: 120,
};

/** Those that the bank carries when it starts. */
export const BILLERS: readonly Biller[] = [
  {
    ...shared,
    billerId: 'GD4401CATV01',
    nameZh: '珠江有线电视（演示）',
    nameEn: 'Zhujiang Cable TV (demo)',
    industry: 'CATV',
    mode: 'PACKAGE',
    packages: [
      {
        packageId: 'BASIC-1M',
        nameZh: '基本收视一个月',
        nameEn: 'Basic channels, one month',
        priceFen: 2_650,
      },
      {
        packageId: 'BASIC-12M',
        nameZh: '基本收视一年',
        nameEn: 'Basic channels, one year',
        priceFen: 31_800,
      },
      {
        packageId: 'HD-12M',
        nameZh: '高清全家享一年',
        nameEn: 'All HD channels, one year',
        priceFen: 56_800,
      },
    ],
    servicePhone: '020-5550-0196',
    field: {
      key: 'cardNo',
      nameZh: '智能卡号',
      nameEn: 'Smart card number',
      regex: '^8[0-9]{9}$',
      maxLength: 10,
      keypad: 'NUM',
      helpZh: '印在机顶盒插卡的正面，共 10 位数字。',
      helpEn: 'On the front of the card in your set-top box: 10 digits.',
      errorZh: '智能卡号是 8 开头的 10 位数字，请核对。',
      errorEn: 'A smart card number has 10 digits and starts with 8. Please check it.',
    },
  },
  {
    ...shared,
    billerId: 'GD4401TEL001',
    nameZh: '羊城固话（演示）',
    nameEn: 'Yangcheng Telephone (demo)',
    industry: 'TELECOM',
    mode: 'VERIFY',
    amountFen: { least: 1_000, most: 100_000 },
    servicePhone: '020-5550-0100',
    field: {
      key: 'phoneNo',
      nameZh: '电话号码',
      nameEn: 'Telephone number',
      regex: '^020[0-9]{8}$',
      maxLength: 11,
      keypad: 'TEL',
      helpZh: '要充值的固定电话号码，连同区号 020。',
      helpEn: 'The landline to top up, with its area code 020.',
      errorZh: '请输入 020 开头的 11 位固定电话号码。',
      errorEn: 'Please type the 11 digits of the landline, starting with 020.',
    },
  },
  {
    ...shared,
    billerId: 'GD4401BB0001',
    nameZh: '云山宽带（演示）',
    nameEn: 'Yunshan Broadband (demo)',
    industry: 'BROADBAND',
    mode: 'QUERY',
    servicePhone: '020-5550-0105',
    field: {
      key: 'userNo',
      nameZh: '宽带账号',
      nameEn: 'Broadband account',
      regex: '^52[0-9]{9}$',
      maxLength: 11,
      keypad: 'NUM',
      helpZh: '在开户协议和每月账单短信里，共 11 位数字。',
      helpEn: 'In your contract and in the monthly text message: 11 digits.',
      errorZh: '宽带账号是 52 开头的 11 位数字，请核对。',
      errorEn: 'A broadband account has 11 digits and starts with 52. Please check it.',
    },
  },
  {
    ...shared,
    billerId: 'GD4401WATER1',
    nameZh: '广州自来水（演示）',
    nameEn: 'Guangzhou Water (demo)',
    industry: 'WATER',
    mode: 'QUERY',
    isAllAtOnce: true,
    orderLimitFen: 2_000_000,
    servicePhone: '020-5550-0110',
    field: {
      key: 'accountNumber',
      nameZh: '用户编号',
      nameEn: 'Account number',
      regex: '^6[0-9]{9}$',
      maxLength: 10,
      keypad: 'NUM',
      helpZh: '印在水费单的右上角，也在水表箱的标签上。',
      helpEn: 'At the top right of your water bill, and on the label of the meter box.',
      errorZh: '用户编号是 6 开头的 10 位数字，请核对。',
      errorEn: 'An account number has 10 digits and starts with 6. Please check it.',
    },
  },
];
