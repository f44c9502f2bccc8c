import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { chinaTimestamp, readChinaTimestamp } from '../../src/kernel/china-time.ts';
import { sumMinor } from '../../src/kernel/money.ts';
import type { BookedPayment } from '../support/agency-books.ts';
import { type Biller, NUMBERINGS } from './billers.ts';
import { accountOf, type ChannelBooks, type Customer, unpaid } from './books.ts';
import type { Reply, ReturnCode } from './messages.ts';

const PAY_TIME_MAX_AGE_MS = 7 * 86_400_000;
const PAY_TIME_MAX_AHEAD_MS = 5 * 60_000;
/** How long an order is "being processed" when that is the fault asked for. */
const PROCESSING_MS = 5_000;
const INVALID: Reply = { code: 'BAD_MESSAGE' };

const fen = z.int().min(0).max(1_000_000_000);
const aboutAccount = z.object({ billerId: z.string(), fields: z.record(z.string(), z.string()) });
const payRequest = aboutAccount.extend({
  orderNo: z.string().regex(/^[\w-]{1,32}$/),
  amount: fen,
  payTime: z.string(),
  bills: z.array(z.object({ billNo: z.string(), amount: fen })).max(36),
  packageId: z.string().optional(),
});
type PayRequest = z.output<typeof payRequest>;

/** One page of the billers, in the order of their ids. `version` is that of the whole list. */
export function listBillers(billers: readonly Biller[], version: string, body: unknown): Reply {
  const request = z.object({ page: z.int().min(1), pageSize: z.int().min(1).max(100) }).safeParse(body);
  if (!request.success) return INVALID;
  const { page, pageSize } = request.data;
  const items = billers.slice((page - 1) * pageSize, page * pageSize);
  const data = {
    version,
    total: billers.length,
    pages: Math.ceil(billers.length / pageSize),
    billers: items,
  };
  return { code: 'SUCCESS', data };
}

/** Whose account a request is about, with the biller; or what to refuse it with. */
function accountIn(
  { books, billers }: Bank,
  { billerId, fields }: z.output<typeof aboutAccount>,
): { biller: Biller; customer: Customer } | { refusal: ReturnCode } {
  const biller = billers.find((candidate) => candidate.billerId === billerId);
  if (!biller) return { refusal: 'BILLER_NOT_CARRIED' };
  const number = fields[biller.field.key] ?? '';
  const isNumber = NUMBERINGS[billerId]?.isNumber(number) === true;
  const customer = isNumber ? books.customer(accountOf(billerId, number)) : undefined;
  return customer ? { biller, customer } : { refusal: 'ACCOUNT_NOT_FOUND' };
}

/** What the operations work on. */
export interface Bank {
  books: ChannelBooks;
  billers: readonly Biller[];
}

/** BILL_QUERY, ACCOUNT_VERIFY and PACKAGE_LIST: each for billers of its own mode. */
export function lookUp(bank: Bank, mode: Biller['mode'], body: unknown): Reply {
  const request = aboutAccount.safeParse(body);
  if (!request.success) return INVALID;
  const found = accountIn(bank, request.data);
  if ('refusal' in found) return { code: found.refusal };
  if (found.biller.mode !== mode) return INVALID;
  const { biller, customer } = found;
  const data = {
    queryId: randomUUID(),
    holder: { name: maskedName(customer), address: `${customer.district}****` },
  };
  if (mode === 'VERIFY') return { code: 'SUCCESS', data };
  if (mode === 'PACKAGE') return { code: 'SUCCESS', data: { ...data, packages: biller.packages } };
  const bills = unpaid(bank.books, customer.accountNo);
  if (bills.length === 0) return { code: 'NO_ARREARS', data };
  const shown = bills.map(({ billNo, month, totalFen, dueDate, items }) => ({
    billNo,
    month,
    amount: totalFen,
    dueDate: dueDate.replaceAll('-', ''),
    items: items.map(({ code, nameZh, nameEn, amountFen }) => ({ code, nameZh, nameEn, amount: amountFen })),
  }));
  return {
    code: 'SUCCESS',
    data: { ...data, total: sumMinor(shown.map(({ amount }) => amount)), bills: shown },
  };
}

/** How an order is to be treated: as it deserves, or as a fault would have it. */
export type PayMode = 'post' | 'process' | 'refuse';

/** ORDER_PAY: once per order number; a refusal is written down under the number too. */
export function pay(bank: Bank, nowMs: number, body: unknown, mode: PayMode): Reply {
  const parsed = payRequest.safeParse(body);
  const paidAtMs = parsed.success ? readChinaTimestamp(parsed.data.payTime) : undefined;
  if (!parsed.success || paidAtMs === undefined) return INVALID;
  const request = parsed.data;
  const earlier = bank.books.payment(request.orderNo);
  if (earlier) return { code: 'ORDER_REPEATED', data: orderOf(earlier) };
  const found = accountIn(bank, request);
  const refusedCode =
    mode === 'refuse'
      ? 'REFUSED_BY_BILLER'
      : 'refusal' in found
        ? found.refusal
        : whyRefused(bank.books, nowMs, paidAtMs, found.biller, found.customer, request);
  const payment = bank.books.addPayment({
    reference: request.orderNo,
    accountNo: 'refusal' in found ? request.billerId : found.customer.accountNo,
    paidAtMs,
    amountFen: request.amount,
    details: refusedCode ? [] : request.bills.map(({ billNo, amount }) => ({ billNo, amountFen: amount })),
    state: refusedCode ? 'refused' : mode === 'process' ? 'processing' : 'posted',
    refusedCode,
    postedAtMs: refusedCode ? null : mode === 'process' ? nowMs + PROCESSING_MS : nowMs,
  });
  return { code: refusedCode ?? 'SUCCESS', data: orderOf(payment) };
}

function whyRefused(
  books: ChannelBooks,
  nowMs: number,
  paidAtMs: number,
  biller: Biller,
  { accountNo }: Customer,
  { amount, bills, packageId }: PayRequest,
): ReturnCode | null {
  if (paidAtMs > nowMs + PAY_TIME_MAX_AHEAD_MS || paidAtMs < nowMs - PAY_TIME_MAX_AGE_MS)
    return 'STALE_PAY_TIME';
  if (amount > biller.orderLimitFen) return 'OVER_LIMIT';
  if (biller.mode === 'QUERY') return whyBillsRefused(books, biller, accountNo, { amount, bills });
  if (bills.length > 0) return 'BILL_NOT_FOUND';
  if (biller.mode === 'PACKAGE') {
    const chosen = biller.packages.find((offered) => offered.packageId === packageId);
    if (!chosen) return 'PACKAGE_NOT_OFFERED';
    return chosen.priceFen === amount ? null : 'AMOUNT_MISMATCH';
  }
  const { least, most } = biller.amountFen ?? { least: 1, most: biller.orderLimitFen };
  return least <= amount && amount <= most ? null : 'AMOUNT_NOT_ALLOWED';
}

function whyBillsRefused(
  books: ChannelBooks,
  { isAllAtOnce }: Biller,
  accountNo: string,
  { amount, bills }: Pick<PayRequest, 'amount' | 'bills'>,
): ReturnCode | null {
  const isTwice = new Set(bills.map(({ billNo }) => billNo)).size < bills.length;
  if (bills.length === 0 || isTwice) return 'BILL_NOT_FOUND';
  for (const { billNo, amount: paid } of bills) {
    const bill = books.bill(billNo);
    if (bill?.accountNo !== accountNo) return 'BILL_NOT_FOUND';
    if (books.paidTowards(billNo).length > 0) return 'BILL_SETTLED';
    if (bill.totalFen !== paid) return 'AMOUNT_MISMATCH';
  }
  if (sumMinor(bills.map((bill) => bill.amount)) !== amount) return 'AMOUNT_MISMATCH';
  return isAllAtOnce && bills.length < unpaid(books, accountNo).length ? 'ALL_BILLS_AT_ONCE' : null;
}

/** ORDER_QUERY: what became of an order. */
export function queryOrder({ books }: Bank, body: unknown): Reply {
  const request = z.object({ orderNo: z.string() }).safeParse(body);
  if (!request.success) return INVALID;
  const payment = books.payment(request.data.orderNo);
  return payment ? { code: 'SUCCESS', data: orderOf(payment) } : { code: 'ORDER_NOT_FOUND' };
}

function orderOf({ reference, agencyReference, amountFen, state, postedAtMs, refusedCode }: BookedPayment) {
  const time =
    postedAtMs === null
      ? {}
      : { [state === 'posted' ? 'doneTime' : 'expectTime']: chinaTimestamp(postedAtMs) };
  return {
    orderNo: reference,
    serialNo: agencyReference,
    amount: amountFen,
    state: { posted: 'DONE', processing: 'IN_PROGRESS', refused: 'FAILED' }[state],
    ...time,
    ...(refusedCode && { failCode: refusedCode }),
  };
}

/** `张伟` → `张*`. */
function maskedName({ name }: Customer): string {
  const [surname = '', ...rest] = name;
  return surname + '*'.repeat(rest.length);
}
