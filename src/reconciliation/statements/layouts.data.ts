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

/** Layouts that need no file: by name, with what the first line of their files looks like. */
export const LAYOUTS: readonly { layout: Layout; sign: RegExp }[] = [
  { layout: layoutSchema.parse(SANDBOX_BANK), sign: /^H,SBSTMT1,/ },
  { layout: layoutSchema.parse(GZ_POWER), sign: /^H\|\d{8}\|[A-Z]+\|[^|]*\|V1\.0\s/ },
];
