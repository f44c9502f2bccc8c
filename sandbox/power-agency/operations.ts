import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { chinaDate, chinaTimestamp, readChinaTimestamp } from '../../src/kernel/china-time.ts';
import { formatMinor, parseMinor, sumMinor } from '../../src/kernel/money.ts';
import { isAccountNumber } from './account-number.rules.ts';
import { amountAt, type Books, type Customer, type Payment, type Receivable } from './books.ts';
import type { Reply, ReturnCode } from './protocol.ts';
import { type Charge, formatPrice, usageKwh } from './tariff.rules.ts';

/** The most one payment may carry: 50,000 yuan. */
export const PAYMENT_LIMIT_FEN = 5_000_000;
/** How long after the merchant took the money a payment may still be posted. */
const PAY_TIME_MAX_AGE_MS = 7 * 86_400_000;
const PAY_TIME_MAX_AHEAD_MS = 5 * 60_000;
/** How long a payment is "being processed" when that is the fault asked for. */
export const PROCESSING_MS = 5_000;

const yuan = z.string().regex(/^\d{1,10}\.\d{2}$/);
const arrearsRequest = z.object({ consNo: z.string() });
const payRequest = z.object({
  merOrderNo: z.string().regex(/^[\w-]{1,32}$/),
  qryNo: z.string().min(1).max(64),
  consNo: z.string(),
  payTime: z.string(),
  payAmt: yuan,
  details: z
    .array(z.object({ rcvblNo: z.string(), amt: yuan }))
    .min(1)
    .max(36),
});
const payQueryRequest = z.object({ merOrderNo: z.string() });

const ITEM_NAMES: Record<Charge['code'], string> = {
  T1: '第一档电量电费',
  T2: '第二档电量电费',
  T3: '第三档电量电费',
  TP: '峰段电量电费',
  TF: '平段电量电费',
  TV: '谷段电量电费',
  A2: '第二档加价电费',
  A3: '第三档加价电费',
};

/** What a customer owes now, by period, oldest first. */
export function queryArrears(books: Books, nowMs: number, body: unknown): Reply {
  const request = arrearsRequest.safeParse(body);
  if (!request.success) return { rtnCode: '9004' };
  const { consNo } = request.data;
  const customer = isAccountNumber(consNo) ? books.customer(consNo) : undefined;
  if (!customer) return { rtnCode: '1001' };
  const who = { consNo, consName: maskedName(customer), consAddr: `${customer.district}****` };
  const unpaid = books.unpaid(consNo);
  if (unpaid.length === 0) return { rtnCode: '1002', data: { ...who, nextRcvblDate: nextBillDate(nowMs) } };
  const arrears = unpaid.map((receivable) => arrearsOf(receivable, nowMs));
  const totalFen = sumMinor(arrears.map(({ totalAmt }) => fenOf(totalAmt)));
  return {
    rtnCode: '0000',
    data: {
      ...who,
      qryNo: randomUUID(),
      qryTime: chinaTimestamp(nowMs),
      totalAmt: yuanOf(totalFen),
      arrears,
    },
  };
}

function arrearsOf(receivable: Receivable, nowMs: number) {
  const { arrearsFen, lateFeeFen } = amountAt(receivable, nowMs);
  return {
    rcvblNo: receivable.rcvblNo,
    rcvblYm: receivable.month,
    tariff: receivable.usage.tariff === 'tiered' ? 'JT' : 'FG',
    pq: String(usageKwh(receivable.usage)),
    lastRd: String(receivable.lastReading),
    thisRd: String(receivable.thisReading),
    dueDate: receivable.dueDate.replaceAll('-', ''),
    rcvblAmt: yuanOf(arrearsFen),
    penaltyAmt: yuanOf(lateFeeFen),
    totalAmt: yuanOf(arrearsFen + lateFeeFen),
    items: receivable.charges.map((charge) => ({
      itemCode: charge.code,
      itemName: ITEM_NAMES[charge.code],
      pq: String(charge.kwh),
      prc: formatPrice(charge.priceE8),
      amt: yuanOf(charge.amountFen),
    })),
  };
}

/** How a payment is to be treated: as it deserves, or as a fault would have it. */
export type PayMode = 'post' | 'process' | 'refuse';

/**
 * Posts a payment once per merchant reference. A refusal is written down under the reference too, so that a late
 * copy of the same request cannot succeed. The late fee is that of the day of `payTime`: no fen more or less is taken.
 */
export function pay(books: Books, nowMs: number, body: unknown, mode: PayMode): Reply {
  const parsed = payRequest.safeParse(body);
  const payTimeMs = parsed.success ? readChinaTimestamp(parsed.data.payTime) : undefined;
  if (!parsed.success || payTimeMs === undefined) return { rtnCode: '9004' };
  const request = parsed.data;
  const earlier = books.payment(request.merOrderNo);
  if (earlier) return { rtnCode: '2004', data: paymentData(earlier) };

  const refusedCode = mode === 'refuse' ? '2007' : whyRefused(books, nowMs, payTimeMs, request);
  const payment = books.addPayment({
    merOrderNo: request.merOrderNo,
    consNo: request.consNo,
    payTimeMs,
    amountFen: fenOf(request.payAmt),
    details: refusedCode ? [] : request.details.map(({ rcvblNo }) => takenDetail(books, rcvblNo, payTimeMs)),
    state: refusedCode ? 'refused' : mode === 'process' ? 'processing' : 'posted',
    refusedCode,
    postedAtMs: refusedCode ? null : mode === 'process' ? nowMs + PROCESSING_MS : nowMs,
  });
  return { rtnCode: refusedCode ?? '0000', data: paymentData(payment) };
}

function whyRefused(
  books: Books,
  nowMs: number,
  payTimeMs: number,
  request: z.infer<typeof payRequest>,
): ReturnCode | null {
  const { consNo, details } = request;
  if (!books.customer(consNo)) return '1001';
  if (payTimeMs > nowMs + PAY_TIME_MAX_AHEAD_MS || payTimeMs < nowMs - PAY_TIME_MAX_AGE_MS) return '2008';
  if (new Set(details.map(({ rcvblNo }) => rcvblNo)).size < details.length) return '2003';
  for (const { rcvblNo } of details) {
    const receivable = books.receivable(rcvblNo);
    if (receivable?.consNo !== consNo) return '2003';
    if (books.isTaken(rcvblNo)) return '2002';
  }
  const isExact = details.every(({ rcvblNo, amt }) => {
    const { arrearsFen, lateFeeFen } = takenDetail(books, rcvblNo, payTimeMs);
    return fenOf(amt) === arrearsFen + lateFeeFen;
  });
  const totalFen = sumMinor(details.map(({ amt }) => fenOf(amt)));
  if (!isExact || totalFen !== fenOf(request.payAmt)) return '2001';
  return totalFen > PAYMENT_LIMIT_FEN ? '2006' : null;
}

function takenDetail(books: Books, rcvblNo: string, payTimeMs: number): Payment['details'][number] {
  const receivable = books.receivable(rcvblNo);
  if (!receivable) throw new Error('checked before: the receivable is there');
  return { rcvblNo, ...amountAt(receivable, payTimeMs) };
}

/** What became of the payment under a merchant's reference. */
export function queryPayment(books: Books, body: unknown): Reply {
  const request = payQueryRequest.safeParse(body);
  if (!request.success) return { rtnCode: '9004' };
  const payment = books.payment(request.data.merOrderNo);
  return payment ? { rtnCode: '0000', data: paymentData(payment) } : { rtnCode: '2005' };
}

/** `procStatus`: S posted, P being processed, F refused. */
function paymentData(payment: Payment): Record<string, unknown> {
  const { state, postedAtMs } = payment;
  return {
    merOrderNo: payment.merOrderNo,
    chrgNo: payment.chrgNo,
    payAmt: yuanOf(payment.amountFen),
    procStatus: { posted: 'S', processing: 'P', refused: 'F' }[state],
    ...(state === 'posted' && postedAtMs !== null ? { chrgTime: chinaTimestamp(postedAtMs) } : {}),
    ...(state === 'processing' && postedAtMs !== null ? { expTime: chinaTimestamp(postedAtMs) } : {}),
    ...(payment.refusedCode ? { failCode: payment.refusedCode } : {}),
  };
}

/** `张伟` → `张*`. */
function maskedName({ name }: Customer): string {
  const [surname = '', ...rest] = name;
  return surname + '*'.repeat(rest.length);
}

/** Meters are read on the fifth: the next bill comes on the first fifth after today. */
function nextBillDate(nowMs: number): string {
  const [year = 0, month = 0, day = 0] = chinaDate(nowMs).split('-').map(Number);
  const next = new Date(Date.UTC(year, day < 5 ? month - 1 : month, 5));
  return next.toISOString().slice(0, 10).replaceAll('-', '');
}

function yuanOf(fen: number): string {
  return formatMinor(fen, 'CNY');
}

function fenOf(decimal: string): number {
  return parseMinor(decimal, 'CNY');
}
