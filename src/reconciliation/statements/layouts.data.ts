import { type Layout, layoutSchema } from './layout.types.ts';

/** The sandbox bank's file of a day (sandbox/bank/README.md). What it debits from payers comes to us: a credit. */
const SANDBOX_BANK = {
  name: 'sandbox-bank-csv-1',
  kind: 'delimited',
  header: {
    startsWith: 'H,SBSTMT1,',
    account: { column: 3 },
    bookedOn: { column: 4, form: 'YYYY-MM-DD' },
    currency: { column: 5 },
  },
  row: {
    startsWith: 'D,',
    sequence: { column: 2 },
    direction: { at: { column: 3 }, words: { DEBIT: 'credit', REFUND: 'debit' } },
    bankRef: { column: 4 },
    ref: { column: 5 },
    originalRef: { column: 6 },
    reversal: { at: { column: 3 }, words: ['REFUND'] },
    memo: { column: 6 },
    valueOn: { column: 7 },
    amount: { column: 8 },
  },
  trailer: {
    startsWith: 'T,',
    creditCount: { column: 2 },
    creditTotal: { column: 3 },
    debitCount: { column: 4 },
    debitTotal: { column: 5 },
    netTotal: { column: 6 },
  },
};

/** The power company's file of a day (sandbox/power-agency/README.md): each payment that it posted. */
const GZ_POWER = {
  name: 'gz-power-daily-v1',
  kind: 'delimited',
  delimiter: '|',
  currency: 'CNY',
  header: { startsWith: 'H|', bookedOn: { column: 2, form: 'YYYYMMDD' }, account: { column: 4 } },
  row: {
    startsWith: 'D|',
    sequence: { column: 2 },
    direction: 'credit',
    ref: { column: 3 },
    bankRef: { column: 4 },
    counterparty: { column: 5 },
    amount: { column: 6 },
    valueOn: { column: 8, form: 'YYYYMMDD' },
  },
  trailer: { startsWith: 'T|', count: { column: 2 }, netTotal: { column: 3 } },
};

/** The water company's file of a day (sandbox/water-agency/README.md): bytes of GB18030; what was undone is negative. */
const GZ_WATER = {
  name: 'gz-water-daily-v1',
  kind: 'fixedWidth',
  encoding: 'gb18030',
  unit: 'byte',
  currency: 'CNY',
  header: {
    startsWith: 'HEAD',
    bookedOn: { from: 5, length: 8, form: 'YYYYMMDD' },
    account: { from: 13, length: 16 },
    count: { from: 29, length: 8 },
    netTotal: { from: 37, length: 16 },
  },
  row: {
    sequence: { from: 1, length: 8 },
    reversal: { at: { from: 9, length: 2 }, words: ['02'] },
    ref: { from: 11, length: 32 },
    bankRef: { from: 43, length: 16 },
    counterparty: { from: 59, length: 12 },
    memo: { from: 71, length: 40 },
    amount: { from: 111, length: 14 },
    valueOn: { from: 125, length: 8, form: 'YYYYMMDD' },
  },
};

/** The gas company's file of a day (sandbox/gas-agency/README.md): no totals; what was undone is negative. */
const GZ_GAS = {
  name: 'gz-gas-daily-v1',
  kind: 'delimited',
  hasHeading: true,
  currency: 'CNY',
  row: {
    reversal: { at: { column: '类型' }, words: ['REVERSE', 'REFUND'] },
    memo: { column: '类型' },
    ref: { column: '商户订单号' },
    bankRef: { column: '燃气流水号' },
    counterparty: { column: '户号' },
    amount: { column: '金额' },
    // Its day ends at midnight: the date of a time is its business date.
    bookedOn: { column: '时间', form: 'YYYYMMDD' },
    valueOn: { column: '时间', form: 'YYYYMMDD' },
  },
};

/** The provident fund's file of a day (sandbox/provident-fund-center/README.md). It tells times, and no business date. */
const GZ_PROVIDENT_FUND = {
  name: 'gz-provident-fund-daily-v1',
  kind: 'delimited',
  hasHeading: true,
  currency: 'CNY',
  row: {
    direction: 'credit',
    ref: { column: '商户订单号' },
    bankRef: { column: '中心流水号' },
    memo: { column: '业务' },
    counterparty: { column: '账号' },
    amount: { column: '金额' },
    valueOn: { column: '入账时间', form: 'YYYYMMDD' },
  },
  trailer: { startsWith: '合计,', count: { column: 2 }, netTotal: { column: 3 } },
};

/** The social security bureau's file of a day (sandbox/social-security-bureau/README.md): counts of fen. */
const GZ_SOCIAL_SECURITY = {
  name: 'gz-social-security-daily-v1',
  kind: 'fixedWidth',
  currency: 'CNY',
  amounts: 'minor',
  header: {
    startsWith: 'H',
    bookedOn: { from: 2, length: 8, form: 'YYYYMMDD' },
    account: { from: 16, length: 8 },
  },
  row: {
    startsWith: 'D',
    sequence: { from: 2, length: 8 },
    direction: 'credit',
    ref: { from: 10, length: 32 },
    bankRef: { from: 42, length: 20 },
    counterparty: { from: 62, length: 12 },
    amount: { from: 74, length: 12 },
    valueOn: { from: 100, length: 8, form: 'YYYYMMDD' },
  },
  trailer: { startsWith: 'T', count: { from: 2, length: 8 }, netTotal: { from: 10, length: 14 } },
};

/** The file of a day of the bank that carries billers (sandbox/bank-biller-channel/README.md), all of them in one. */
const BANK_CLOUDPAY = {
  name: 'bank-cloudpay-v2',
  kind: 'delimited',
  delimiter: '\t',
  currency: 'CNY',
  amounts: 'minor',
  header: {
    startsWith: 'SUM\t',
    account: { column: 2 },
    bookedOn: { column: 3, form: 'YYYYMMDD' },
    count: { column: 4 },
    netTotal: { column: 5 },
  },
  row: {
    direction: 'credit',
    counterparty: { column: 1 },
    ref: { column: 2 },
    bankRef: { column: 3 },
    amount: { column: 4 },
    valueOn: { column: 5, form: 'YYYYMMDD' },
  },
};

/** The statement of the open protocol (providers/open-protocol/protocol/README.md). `at` is in any zone: it tells no date. */
const OPEN_STATEMENT = {
  name: 'civicpay-open-statement-v1',
  kind: 'delimited',
  hasHeading: true,
  amounts: 'minor',
  row: {
    direction: { at: { column: 'kind' }, words: { payment: 'credit', refund: 'debit' } },
    reversal: { at: { column: 'kind' }, words: ['refund'] },
    ref: { column: 'reference' },
    originalRef: { column: 'originalReference' },
    counterparty: { column: 'agencyCode' },
    bankRef: { column: 'agencyReference' },
    amount: { column: 'amountMinor' },
    currency: { column: 'currency' },
    memo: { column: 'at' },
  },
  trailer: { startsWith: 'end,', count: { column: 2 } },
};

/** Layouts that need no file: by name, with what the first line of their files looks like, one character a byte. */
export const LAYOUTS: readonly { layout: Layout; sign: RegExp }[] = [
  { layout: layoutSchema.parse(SANDBOX_BANK), sign: /^H,SBSTMT1,/ },
  { layout: layoutSchema.parse(GZ_POWER), sign: /^H\|\d{8}\|[A-Z]+\|[^|]*\|V1\.0\s/ },
  { layout: layoutSchema.parse(GZ_WATER), sign: /^HEAD\d{8}.{16}\d{8}[ -]*\d+\.\d\d\r?\n/ },
  { layout: layoutSchema.parse(GZ_GAS), sign: headingSign('类型,商户订单号,燃气流水号,户号,金额,时间') },
  {
    layout: layoutSchema.parse(GZ_PROVIDENT_FUND),
    sign: headingSign('商户订单号,中心流水号,业务,账号,金额,入账时间'),
  },
  { layout: layoutSchema.parse(GZ_SOCIAL_SECURITY), sign: /^H\d{8}GZSB {2}.{8}01\r?\n/ },
  { layout: layoutSchema.parse(BANK_CLOUDPAY), sign: /^SUM\t[^\t\n]*\t\d{8}\t\d+\t-?\d+\r?\n/ },
  {
    layout: layoutSchema.parse(OPEN_STATEMENT),
    sign: headingSign('kind,reference,originalReference,agencyCode,agencyReference,amountMinor,currency,at'),
  },
];

/** A heading in UTF-8, as its bytes look when each is a character. */
function headingSign(heading: string): RegExp {
  return new RegExp(`^${Buffer.from(heading).toString('latin1')}\\r?\\n`);
}
