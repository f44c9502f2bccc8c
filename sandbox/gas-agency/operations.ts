import { randomInt, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { businessDateOf } from '../../src/kernel/business-date.ts';
import { chinaTimestamp, readChinaTimestamp } from '../../src/kernel/china-time.ts';
import { formatMinor, parseMinor, sumMinor } from '../../src/kernel/money.ts';
import type { BookedPayment, BookedUndoing, UndoRefusal } from '../support/agency-books.ts';
import { isAccountNumber } from './account-number.rules.ts';
import { type Customer, type GasBooks, offersTo, owedAt, unpaid } from './books.ts';
import type { Code, Reply } from './protocol.ts';
import { CUT_OFF } from './statement.ts';
import { type Charge, formatPrice, formatVolume } from './tariff.rules.ts';

/** The most one payment may carry: 10,000 yuan. */
export const PAYMENT_LIMIT_FEN = 1_000_000;
/** The least that is taken towards a bill, unless less is left of it: 1 yuan. */
export const PART_MINIMUM_FEN = 100;
/** How long after the merchant took the money a payment may still be posted. */
const PAY_TIME_MAX_AGE_MS = 7 * 86_400_000;
const PAY_TIME_MAX_AHEAD_MS = 5 * 60_000;
/** How long a payment is "being processed" when that is the fault asked for. */
const PROCESSING_MS = 5_000;

const yuan = z.string().regex(/^\d{1,10}\.\d{2}$/);
const orderNo = z.string().regex(/^[\w-]{1,32}$/);
const accountRequest = z.object({ account_no: z.string() });
const payRequest = z.object({
  order_no: orderNo,
  query_no: z.string().optional(),
  account_no: z.string(),
  pay_time: z.string(),
  pay_amount: yuan,
  /** Of a pipeline customer; `late_fee` is what of the amount goes to it, where the merchant spread it itself. */
  bills: z
    .array(z.object({ bill_no: z.string(), amount: yuan, late_fee: yuan.optional() }))
    .min(1)
    .max(36)
    .optional(),
  /** Of a prepaid customer. */
  plan_id: z.string().optional(),
});
type PayRequest = z.output<typeof payRequest>;
const payQueryRequest = z.object({ order_no: z.string() });
const undoRequest = z.object({ order_no: orderNo, orig_order_no: z.string(), amount: yuan });
const INVALID: Reply = { code: '40004' };

const ITEM_NAMES: Record<Charge['code'], string> = {
  G1: '第一档气费',
  G2: '第二档气费',
  G3: '第三档气费',
};

/** What a pipeline customer owes now, by month, oldest first. */
export function queryBills(books: GasBooks, nowMs: number, content: unknown): Reply {
  const asked = customerIn(books, content);
  if (!('customer' in asked)) return asked;
  const { customer } = asked;
  if (customer.meter !== 'pipeline') return { code: '40103' };
  const owed = unpaid(books, customer.accountNo, nowMs);
  if (owed.length === 0) return { code: '40102', data: holderOf(customer) };
  return {
    code: '10000',
    data: {
      ...holderOf(customer),
      query_no: randomUUID(),
      bills: owed.map(({ bill, arrearsFen, lateFeeFen }) => ({
        bill_no: bill.billNo,
        period: bill.period,
        volume: String(bill.volumeM3),
        last_reading: String(bill.lastReading),
        this_reading: String(bill.thisReading),
        due_date: bill.dueDate.replaceAll('-', ''),
        billed: yuanOf(bill.arrearsFen),
        paid: yuanOf(bill.arrearsFen - arrearsFen),
        late_fee: yuanOf(lateFeeFen),
        payable: yuanOf(arrearsFen + lateFeeFen),
        items: bill.charges.map(({ code, volumeDm3, priceE4, amountFen }) => ({
          code,
          name: ITEM_NAMES[code],
          volume: formatVolume(volumeDm3),
          price: formatPrice(priceE4),
          amount: yuanOf(amountFen),
        })),
      })),
    },
  };
}

/** What a prepaid customer can charge the meter with now. */
export function queryPlans(books: GasBooks, nowMs: number, content: unknown): Reply {
  const asked = customerIn(books, content);
  if (!('customer' in asked)) return asked;
  const { customer } = asked;
  if (customer.meter === 'pipeline') return { code: '40103' };
  return {
    code: '10000',
    data: {
      ...holderOf(customer),
      query_no: randomUUID(),
      meter: customer.meter === 'card' ? 'CARD' : 'TOKEN',
      plans: offersTo(books, customer, nowMs).map(({ planId, volumeDm3, priceFen }) => ({
        plan_id: planId,
        volume: formatVolume(volumeDm3),
        price: yuanOf(priceFen),
      })),
    },
  };
}

/** How a payment is to be treated: as it deserves, or as a fault would have it. */
export type PayMode = 'post' | 'process' | 'refuse';

/**
 * Posts a payment towards bills, or a purchase, once per order number. A refusal is written down under the number too, so
 * that a late copy of the same request cannot succeed. Bills are paid oldest first; the last of them may be paid in part.
 */
export function pay(books: GasBooks, nowMs: number, content: unknown, mode: PayMode): Reply {
  const parsed = payRequest.safeParse(content);
  const paidAtMs = parsed.success ? readChinaTimestamp(parsed.data.pay_time) : undefined;
  if (!parsed.success || paidAtMs === undefined) return INVALID;
  const request = parsed.data;
  if ((request.bills === undefined) === (request.plan_id === undefined)) return INVALID;
  const earlier = books.payment(request.order_no);
  if (earlier) return { code: '40204', data: paymentData(books, earlier) };

  const refusedCode = mode === 'refuse' ? '40207' : whyRefused(books, nowMs, paidAtMs, request);
  const purchase = refusedCode ? undefined : purchaseOf(books, paidAtMs, request);
  const payment = books.addPayment({
    reference: request.order_no,
    accountNo: request.account_no,
    paidAtMs,
    amountFen: fenOf(request.pay_amount),
    details: refusedCode
      ? []
      : (request.bills ?? []).map(({ bill_no, amount }) => ({ billNo: bill_no, amountFen: fenOf(amount) })),
    ...(purchase ? { purchase } : {}),
    state: refusedCode ? 'refused' : mode === 'process' ? 'processing' : 'posted',
    refusedCode,
    postedAtMs: refusedCode ? null : mode === 'process' ? nowMs + PROCESSING_MS : nowMs,
  });
  return { code: refusedCode ?? '10000', data: paymentData(books, payment) };
}

function whyRefused(books: GasBooks, nowMs: number, paidAtMs: number, request: PayRequest): Code | null {
  const customer = books.customer(request.account_no);
  if (!customer) return '40101';
  if (paidAtMs > nowMs + PAY_TIME_MAX_AHEAD_MS || paidAtMs < nowMs - PAY_TIME_MAX_AGE_MS) return '40208';
  if (fenOf(request.pay_amount) > PAYMENT_LIMIT_FEN) return '40206';
  if ((customer.meter === 'pipeline') !== (request.bills !== undefined)) return '40103';
  if (request.bills) return whyBillsRefused(books, paidAtMs, request, request.bills);
  const offer = offersTo(books, customer, paidAtMs).find(({ planId }) => planId === request.plan_id);
  if (!offer) return '40211';
  return offer.priceFen === fenOf(request.pay_amount) ? null : '40201';
}

function whyBillsRefused(
  books: GasBooks,
  paidAtMs: number,
  { account_no, pay_amount }: PayRequest,
  parts: NonNullable<PayRequest['bills']>,
): Code | null {
  if (new Set(parts.map(({ bill_no }) => bill_no)).size < parts.length) return '40203';
  for (const { bill_no, amount, late_fee } of parts) {
    const bill = books.bill(bill_no);
    if (bill?.accountNo !== account_no) return '40203';
    const { arrearsFen, lateFeeFen } = owedAt(books, bill, paidAtMs);
    const [partFen, dueFen] = [fenOf(amount), arrearsFen + lateFeeFen];
    if (dueFen === 0) return '40202';
    if (partFen > dueFen) return '40201';
    if (partFen < Math.min(PART_MINIMUM_FEN, dueFen)) return '40210';
    // The late fee comes first: who spreads an amount otherwise reckons with another late fee.
    if (late_fee !== undefined && fenOf(late_fee) !== Math.min(partFen, lateFeeFen)) return '40201';
  }
  if (sumMinor(parts.map(({ amount }) => fenOf(amount))) !== fenOf(pay_amount)) return '40201';
  const owed = unpaid(books, account_no, paidAtMs);
  const isOldestFirst = owed.slice(0, parts.length).every(({ bill, arrearsFen, lateFeeFen }, index) => {
    const part = parts.find(({ bill_no }) => bill_no === bill.billNo);
    if (!part) return false;
    return index === parts.length - 1 || fenOf(part.amount) === arrearsFen + lateFeeFen;
  });
  return isOldestFirst ? null : '40209';
}

/** What is handed over for a purchase: the code to write a card with, or a token of twenty digits to type into the meter. */
function purchaseOf(books: GasBooks, paidAtMs: number, request: PayRequest): BookedPayment['purchase'] {
  const customer = books.customer(request.account_no);
  const offer =
    customer && offersTo(books, customer, paidAtMs).find(({ planId }) => planId === request.plan_id);
  if (!offer) return undefined;
  const digits = customer.meter === 'card' ? 12 : 20;
  const handedOver = Array.from({ length: digits }, () => randomInt(10)).join('');
  return { planId: offer.planId, volumeDm3: offer.volumeDm3, handedOver };
}

/** What became of the payment under an order number. */
export function queryPayment(books: GasBooks, content: unknown): Reply {
  const request = payQueryRequest.safeParse(content);
  if (!request.success) return INVALID;
  const payment = books.payment(request.data.order_no);
  return payment ? { code: '10000', data: paymentData(books, payment) } : { code: '40205' };
}

function paymentData(books: GasBooks, payment: BookedPayment): Record<string, unknown> {
  const { state, postedAtMs, refusedCode, purchase } = payment;
  const supply = purchase && {
    volume: formatVolume(purchase.volumeDm3),
    ...(books.customer(payment.accountNo)?.meter === 'card'
      ? { type: 'CARD', write_code: purchase.handedOver }
      : { type: 'TOKEN', token: purchase.handedOver }),
  };
  return {
    order_no: payment.reference,
    gas_no: payment.agencyReference,
    pay_amount: yuanOf(payment.amountFen),
    status: { posted: 'SUCCESS', processing: 'PROCESSING', refused: 'FAIL' }[state],
    ...(state === 'posted' && postedAtMs !== null ? { post_time: chinaTimestamp(postedAtMs) } : {}),
    ...(state === 'processing' && postedAtMs !== null ? { expect_time: chinaTimestamp(postedAtMs) } : {}),
    ...(state === 'posted' && supply ? { supply } : {}),
    ...(refusedCode ? { fail_code: refusedCode } : {}),
  };
}

const UNDO_REFUSALS: Record<UndoRefusal, Code> = {
  noSuchPayment: '40301',
  amountDiffers: '40201',
  alreadyUndone: '40302',
  dayIsOver: '40303',
  dayIsNotOver: '40304',
  handedOver: '40305',
};

/** Undoes a posting, once per order number of the undoing; told again it tells what became of it. */
export function undo(
  books: GasBooks,
  nowMs: number,
  content: unknown,
  { way, isRefused }: { way: BookedUndoing['way']; isRefused: boolean },
): Reply {
  const parsed = undoRequest.safeParse(content);
  if (!parsed.success) return INVALID;
  const request = { originalReference: parsed.data.orig_order_no, way, amountFen: fenOf(parsed.data.amount) };
  const earlier = books.undoing(parsed.data.order_no);
  if (earlier) {
    const isSame =
      earlier.originalReference === request.originalReference &&
      earlier.way === way &&
      earlier.amountFen === request.amountFen;
    return isSame ? undoingReply(earlier) : { code: '40204' };
  }
  const refusal = books.whyNotUndone(request, nowMs, (atMs) => businessDateOf(atMs, CUT_OFF));
  const refusedCode = isRefused ? '40207' : refusal && UNDO_REFUSALS[refusal];
  return undoingReply(
    books.addUndoing({ reference: parsed.data.order_no, ...request, refusedCode, undoneAtMs: nowMs }),
  );
}

function undoingReply(undoing: BookedUndoing): Reply {
  return {
    code: undoing.refusedCode ?? '10000',
    data: {
      order_no: undoing.reference,
      orig_order_no: undoing.originalReference,
      gas_no: undoing.agencyReference,
      amount: yuanOf(undoing.amountFen),
      status: undoing.refusedCode ? 'FAIL' : 'SUCCESS',
      undo_time: chinaTimestamp(undoing.undoneAtMs),
    },
  };
}

function customerIn(books: GasBooks, content: unknown): { customer: Customer } | Reply {
  const request = accountRequest.safeParse(content);
  if (!request.success) return INVALID;
  const accountNo = request.data.account_no;
  const customer = isAccountNumber(accountNo) ? books.customer(accountNo) : undefined;
  return customer ? { customer } : { code: '40101' };
}

/** `张伟` → `张*`. */
function holderOf({ accountNo, name, district }: Customer) {
  const [surname = '', ...rest] = name;
  const user_name = surname + '*'.repeat(rest.length);
  return { account_no: accountNo, user_name, user_address: `${district}****` };
}

function yuanOf(fen: number): string {
  return formatMinor(fen, 'CNY');
}

function fenOf(decimal: string): number {
  return parseMinor(decimal, 'CNY');
}
