import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { businessDateOf } from '../../src/kernel/business-date.ts';
import { chinaTimestamp, readChinaTimestamp } from '../../src/kernel/china-time.ts';
import { formatMinor, parseMinor, sumMinor } from '../../src/kernel/money.ts';
import type { BookedPayment, BookedUndoing, UndoRefusal } from '../support/agency-books.ts';
import { ACCOUNT_NUMBERS } from './account-number.rules.ts';
import { amountAt, type Customer, unpaid, type WaterBill, type WaterBooks } from './books.ts';
import type { Reply, ReturnCode } from './protocol.ts';
import { CUT_OFF } from './statement.ts';
import { type Charge, formatPrice } from './tariff.rules.ts';

/** The most one payment may carry: 20,000 yuan. */
export const PAYMENT_LIMIT_FEN = 2_000_000;
/** How long after the merchant took the money a payment may still be posted. */
const PAY_TIME_MAX_AGE_MS = 7 * 86_400_000;
const PAY_TIME_MAX_AHEAD_MS = 5 * 60_000;
/** How long a payment is "being processed" when that is the fault asked for. */
const PROCESSING_MS = 5_000;

const one = z.tuple([z.string()]).transform(([text]) => text);
const yuan = one.pipe(z.string().regex(/^\d{1,10}\.\d{2}$/));
const reference = one.pipe(z.string().regex(/^[\w-]{1,32}$/));
const queryRequest = z.object({ AccountNo: one });
const payRequest = z.object({
  OrderNo: reference,
  QueryNo: one,
  AccountNo: one,
  PayTime: one,
  PayAmt: yuan,
  Bill: z
    .array(z.object({ BillNo: one, Amt: yuan }))
    .min(1)
    .max(36),
});
const payQueryRequest = z.object({ OrderNo: one });
const undoRequest = z.object({ OrderNo: reference, OrigOrderNo: one, Amt: yuan });
const INVALID: Reply = { rtnCode: '900004' };

const ITEM_NAMES: Record<Charge['code'], string> = {
  W1: '第一级水费',
  W2: '第二级水费',
  W3: '第三级水费',
  WS: '污水处理费',
  LJ: '生活垃圾处理费',
};

/** What a customer owes now, by period, oldest first. */
export function queryBills(books: WaterBooks, nowMs: number, body: unknown): Reply {
  const request = queryRequest.safeParse(body);
  if (!request.success) return INVALID;
  const { AccountNo } = request.data;
  const customer = ACCOUNT_NUMBERS.isNumber(AccountNo) ? books.customer(AccountNo) : undefined;
  if (!customer) return { rtnCode: '100001' };
  const who = { AccountNo, CustName: maskedName(customer), CustAddr: `${customer.district}****` };
  const bills = unpaid(books, AccountNo);
  if (bills.length === 0) return { rtnCode: '100002', body: who };
  const totalFen = sumMinor(bills.map((bill) => amountAt(bill, nowMs).totalFen));
  return {
    rtnCode: '000000',
    body: {
      ...who,
      QueryNo: randomUUID(),
      TotalAmt: yuanOf(totalFen),
      Bill: bills.map((bill) => billOf(bill, nowMs)),
    },
  };
}

function billOf(bill: WaterBill, nowMs: number) {
  const { lateFeeFen, totalFen } = amountAt(bill, nowMs);
  return {
    BillNo: bill.billNo,
    Period: bill.period,
    Months: String(bill.usage.months),
    Volume: String(bill.usage.volumeM3),
    LastRead: String(bill.lastReading),
    ThisRead: String(bill.thisReading),
    DueDate: bill.dueDate.replaceAll('-', ''),
    LateFee: yuanOf(lateFeeFen),
    TotalAmt: yuanOf(totalFen),
    Item: bill.charges.map(({ code, quantity, priceE4, amountFen }) => ({
      Code: code,
      Name: ITEM_NAMES[code],
      Qty: String(quantity),
      Price: formatPrice(priceE4),
      Amt: yuanOf(amountFen),
    })),
  };
}

/** How a payment is to be treated: as it deserves, or as a fault would have it. */
export type PayMode = 'post' | 'process' | 'refuse';

/**
 * Posts a payment once per order number. A refusal is written down under the number too, so that a late copy of the same
 * request cannot succeed. All that is owed is paid in one payment, with the late fee of the day of `PayTime`.
 */
export function pay(books: WaterBooks, nowMs: number, body: unknown, mode: PayMode): Reply {
  const parsed = payRequest.safeParse(body);
  const paidAtMs = parsed.success ? readChinaTimestamp(parsed.data.PayTime) : undefined;
  if (!parsed.success || paidAtMs === undefined) return INVALID;
  const request = parsed.data;
  const earlier = books.payment(request.OrderNo);
  if (earlier) return { rtnCode: '200004', body: paymentBody(earlier) };

  const refusedCode = mode === 'refuse' ? '200007' : whyRefused(books, nowMs, paidAtMs, request);
  const payment = books.addPayment({
    reference: request.OrderNo,
    accountNo: request.AccountNo,
    paidAtMs,
    amountFen: fenOf(request.PayAmt),
    details: refusedCode
      ? []
      : request.Bill.map(({ BillNo, Amt }) => ({ billNo: BillNo, amountFen: fenOf(Amt) })),
    state: refusedCode ? 'refused' : mode === 'process' ? 'processing' : 'posted',
    refusedCode,
    postedAtMs: refusedCode ? null : mode === 'process' ? nowMs + PROCESSING_MS : nowMs,
  });
  return { rtnCode: refusedCode ?? '000000', body: paymentBody(payment) };
}

function whyRefused(
  books: WaterBooks,
  nowMs: number,
  paidAtMs: number,
  { AccountNo, PayAmt, Bill }: z.output<typeof payRequest>,
): ReturnCode | null {
  if (!books.customer(AccountNo)) return '100001';
  if (paidAtMs > nowMs + PAY_TIME_MAX_AHEAD_MS || paidAtMs < nowMs - PAY_TIME_MAX_AGE_MS) return '200008';
  if (new Set(Bill.map(({ BillNo }) => BillNo)).size < Bill.length) return '200003';
  for (const { BillNo, Amt } of Bill) {
    const bill = books.bill(BillNo);
    if (bill?.accountNo !== AccountNo) return '200003';
    if (books.paidTowards(BillNo).length > 0) return '200002';
    if (fenOf(Amt) !== amountAt(bill, paidAtMs).totalFen) return '200001';
  }
  const totalFen = sumMinor(Bill.map(({ Amt }) => fenOf(Amt)));
  if (totalFen !== fenOf(PayAmt)) return '200001';
  if (Bill.length < unpaid(books, AccountNo).length) return '200009';
  return totalFen > PAYMENT_LIMIT_FEN ? '200006' : null;
}

/** What became of the payment under an order number. */
export function queryPayment(books: WaterBooks, body: unknown): Reply {
  const request = payQueryRequest.safeParse(body);
  if (!request.success) return INVALID;
  const payment = books.payment(request.data.OrderNo);
  return payment ? { rtnCode: '000000', body: paymentBody(payment) } : { rtnCode: '200005' };
}

/** `Status`: 1 posted, 2 being processed, 3 refused. */
function paymentBody(payment: BookedPayment) {
  const { state, postedAtMs, refusedCode } = payment;
  const time =
    postedAtMs === null
      ? {}
      : { [state === 'posted' ? 'PostTime' : 'ExpectTime']: chinaTimestamp(postedAtMs) };
  return {
    OrderNo: payment.reference,
    ReceiptNo: payment.agencyReference,
    PayAmt: yuanOf(payment.amountFen),
    Status: { posted: '1', processing: '2', refused: '3' }[state],
    ...time,
    ...(refusedCode ? { FailCode: refusedCode } : {}),
  };
}

const UNDO_REFUSALS: Record<UndoRefusal, ReturnCode> = {
  noSuchPayment: '300001',
  amountDiffers: '200001',
  alreadyUndone: '300002',
  dayIsOver: '300003',
  dayIsNotOver: '300004',
  handedOver: '200007',
};

/** Undoes a posting, once per order number of the undoing; told again it tells what became of it. */
export function undo(
  books: WaterBooks,
  nowMs: number,
  body: unknown,
  { way, isRefused }: { way: BookedUndoing['way']; isRefused: boolean },
): Reply {
  const parsed = undoRequest.safeParse(body);
  if (!parsed.success) return INVALID;
  const { OrderNo, OrigOrderNo, Amt } = parsed.data;
  const request = { originalReference: OrigOrderNo, way, amountFen: fenOf(Amt) };
  const earlier = books.undoing(OrderNo);
  if (earlier) {
    const isSame =
      earlier.originalReference === OrigOrderNo &&
      earlier.way === way &&
      earlier.amountFen === request.amountFen;
    return isSame ? undoingReply(earlier) : { rtnCode: '200004' };
  }
  const refusal = books.whyNotUndone(request, nowMs, (atMs) => businessDateOf(atMs, CUT_OFF));
  const refusedCode = isRefused ? '200007' : refusal && UNDO_REFUSALS[refusal];
  return undoingReply(books.addUndoing({ reference: OrderNo, ...request, refusedCode, undoneAtMs: nowMs }));
}

function undoingReply(undoing: BookedUndoing): Reply {
  const { refusedCode } = undoing;
  const body = {
    OrderNo: undoing.reference,
    OrigOrderNo: undoing.originalReference,
    UndoNo: undoing.agencyReference,
    Amt: yuanOf(undoing.amountFen),
    Status: refusedCode ? '3' : '1',
    UndoTime: chinaTimestamp(undoing.undoneAtMs),
  };
  return { rtnCode: refusedCode ?? '000000', body };
}

/** `张伟` → `张*`. */
function maskedName({ name }: Customer): string {
  const [surname = '', ...rest] = name;
  return surname + '*'.repeat(rest.length);
}

function yuanOf(fen: number): string {
  return formatMinor(fen, 'CNY');
}

function fenOf(decimal: string): number {
  return parseMinor(decimal, 'CNY');
}
