import { randomBytes } from 'node:crypto';
import { businessDateOf } from '../../src/kernel/business-date.ts';
import { chinaTimestamp, readChinaTimestamp } from '../../src/kernel/china-time.ts';
import { readFixed, writeFixed } from '../../src/kernel/fixed-width.ts';
import { sumMinor } from '../../src/kernel/money.ts';
import type { AgencyBooks, BookedPayment, BookedUndoing, UndoRefusal } from '../support/agency-books.ts';
import { contributionOf } from './contributions.rules.ts';
import { isIdentityNumber } from './identity-numbers.rules.ts';
import { type BureauReply, LAYOUTS, type ReturnCode, readCounted } from './messages.ts';
import { CUT_OFF } from './statement.ts';

/** A flexible worker who pays in; the account number is the identity number. */
export interface Participant {
  accountNo: string;
  name: string;
  /** The bureau's own number of the person. */
  personNo: string;
}

/** One month that somebody is to pay in for; what it comes to follows from the grade. */
export interface DueMonth {
  billNo: string;
  accountNo: string;
  /** `YYYYMM` */
  month: string;
}
export type BureauBooks = AgencyBooks<Participant, DueMonth>;

/** The most one payment may carry: 200,000 yuan, which is more than two years of the highest grade. */
export const PAYMENT_LIMIT_FEN = 20_000_000;
/** How long after the channel took the money a payment may still be posted. */
const PAY_TIME_MAX_AGE_MS = 7 * 86_400_000;
const PAY_TIME_MAX_AHEAD_MS = 5 * 60_000;
/** How long a payment is "being processed" when that is the fault asked for. */
export const PROCESSING_MS = 5_000;
const MAX_MONTHS = 36;

/** How a payment is to be treated: as it deserves, or as a fault would have it. */
export type PayMode = 'post' | 'process' | 'refuse';

/** The months a person has not paid for, oldest first, each with what it comes to at the grade they choose. */
export function queryDue(books: BureauBooks, body: Uint8Array): BureauReply {
  const request = readFixed(LAYOUTS.query, body);
  const contribution = request && contributionOf(Number(request.grade));
  if (!request || !contribution) return { returnCode: '9004' };
  const { identityNumber = '', name } = request;
  const participant = isIdentityNumber(identityNumber) ? books.customer(identityNumber) : undefined;
  // Which of the two is wrong is nobody's business who does not know both.
  if (!participant || participant.name !== name) return { returnCode: '1001' };
  const who = { personNo: participant.personNo, maskedName: maskedName(participant) };
  const unpaid = unpaidMonths(books, identityNumber).slice(0, MAX_MONTHS);
  if (unpaid.length === 0) return { returnCode: '1002', body: writeFixed(LAYOUTS.holder, who) };
  const { baseFen, pensionFen, medicalFen, totalFen } = contribution;
  const amounts = { base: baseFen, pension: pensionFen, medical: medicalFen, total: totalFen };
  const queryNo = randomBytes(10).toString('hex');
  return {
    returnCode: '0000',
    body: Buffer.concat([
      writeFixed(LAYOUTS.due, { ...who, queryNo, count: unpaid.length }),
      ...unpaid.map(({ billNo, month }) =>
        writeFixed(LAYOUTS.dueItem, { voucherNo: billNo, month, ...amounts }),
      ),
    ]),
  };
}

function unpaidMonths(books: BureauBooks, accountNo: string): DueMonth[] {
  return books
    .billsOf(accountNo)
    .filter(({ billNo }) => books.paidTowards(billNo).length === 0)
    .sort((a, b) => (a.month < b.month ? -1 : 1));
}

/**
 * Posts a payment once per channel reference. A refusal is written down under the reference too, so that a late copy of the
 * same request cannot succeed.
 */
export function pay(books: BureauBooks, nowMs: number, body: Uint8Array, mode: PayMode): BureauReply {
  const counted = readCounted(LAYOUTS.pay, LAYOUTS.payItem, body);
  const paidAtMs = counted ? readChinaTimestamp(counted.record.payTime) : undefined;
  if (!counted || paidAtMs === undefined || !/^[\w-]{1,32}$/.test(counted.record.reference ?? '')) {
    return { returnCode: '9004' };
  }
  const { reference = '', identityNumber: accountNo = '' } = counted.record;
  const earlier = books.payment(reference);
  if (earlier) return { returnCode: '2004', body: paymentBody(earlier) };
  const details = counted.items.map(({ voucherNo: billNo = '', amount }) => ({
    billNo,
    amountFen: Number(amount),
  }));
  const amountFen = Number(counted.record.total);
  const asked = { accountNo, paidAtMs, amountFen, details, grade: Number(counted.record.grade) };
  const refusedCode = mode === 'refuse' ? '2007' : whyRefused(books, nowMs, asked);
  const payment = books.addPayment({
    reference,
    accountNo,
    paidAtMs,
    amountFen,
    details: refusedCode ? [] : details,
    state: refusedCode ? 'refused' : mode === 'process' ? 'processing' : 'posted',
    refusedCode,
    postedAtMs: refusedCode ? null : mode === 'process' ? nowMs + PROCESSING_MS : nowMs,
  });
  return { returnCode: refusedCode ?? '0000', body: paymentBody(payment) };
}

interface AskedPayment {
  accountNo: string;
  paidAtMs: number;
  amountFen: number;
  details: { billNo: string; amountFen: number }[];
  grade: number;
}

function whyRefused(books: BureauBooks, nowMs: number, asked: AskedPayment): ReturnCode | null {
  const { accountNo, paidAtMs, amountFen, details } = asked;
  const contribution = contributionOf(asked.grade);
  if (!books.customer(accountNo)) return '1001';
  if (paidAtMs > nowMs + PAY_TIME_MAX_AHEAD_MS || paidAtMs < nowMs - PAY_TIME_MAX_AGE_MS) return '2008';
  const vouchers = new Set(details.map(({ billNo }) => billNo));
  if (vouchers.size === 0 || vouchers.size < details.length || !contribution) return '2003';
  for (const billNo of vouchers) {
    if (books.bill(billNo)?.accountNo !== accountNo) return '2003';
    if (books.paidTowards(billNo).length > 0) return '2002';
  }
  const unpaid = unpaidMonths(books, accountNo);
  // The months paid for must be the oldest: years of contributions are counted without gaps.
  if (unpaid.slice(0, vouchers.size).some(({ billNo }) => !vouchers.has(billNo))) return '2009';
  const isExact = details.every((detail) => detail.amountFen === contribution.totalFen);
  if (!isExact || sumMinor(details.map((detail) => detail.amountFen)) !== amountFen) return '2001';
  return amountFen > PAYMENT_LIMIT_FEN ? '2006' : null;
}

/** What became of the payment under a channel's reference. */
export function queryPayment(books: BureauBooks, body: Uint8Array): BureauReply {
  const request = readFixed(LAYOUTS.queryPayment, body);
  if (!request) return { returnCode: '9004' };
  const payment = books.payment(request.reference ?? '');
  return payment ? { returnCode: '0000', body: paymentBody(payment) } : { returnCode: '2005' };
}

const UNDO_CODES: Readonly<Record<UndoRefusal, ReturnCode>> = {
  noSuchPayment: '2005',
  amountDiffers: '2012',
  alreadyUndone: '2011',
  dayIsOver: '2010',
  dayIsNotOver: '9004',
  handedOver: '2007',
};

/** Undoes a posting of the same business date (冲正), once per reference of the reversal. */
export function reverse(
  books: BureauBooks,
  nowMs: number,
  body: Uint8Array,
  isRefused: boolean,
): BureauReply {
  const request = readFixed(LAYOUTS.reverse, body);
  if (!request || !/^[\w-]{1,32}$/.test(request.reference ?? '')) return { returnCode: '9004' };
  const { reference = '', originalReference = '' } = request;
  const earlier = books.undoing(reference);
  if (earlier) return reversalReply(earlier);
  const asked = { originalReference, way: 'reverse' as const, amountFen: Number(request.amount) };
  const why = books.whyNotUndone(asked, nowMs, (atMs) => businessDateOf(atMs, CUT_OFF));
  // Nothing is written under a reference that has nothing to undo yet: the payment may still be on its way.
  if (why === 'noSuchPayment') return { returnCode: UNDO_CODES[why] };
  const refusedCode = isRefused ? '2007' : why && UNDO_CODES[why];
  return reversalReply(books.addUndoing({ reference, ...asked, refusedCode, undoneAtMs: nowMs }));
}

function reversalReply(undoing: BookedUndoing): BureauReply {
  return {
    returnCode: undoing.refusedCode ?? '0000',
    body: writeFixed(LAYOUTS.reversal, {
      reference: undoing.reference,
      originalReference: undoing.originalReference,
      reversalNo: undoing.agencyReference,
      amount: undoing.amountFen,
      time: chinaTimestamp(undoing.undoneAtMs),
    }),
  };
}

/** `state`: S posted, P being processed, F refused. */
function paymentBody(payment: BookedPayment): Buffer {
  const { state, postedAtMs } = payment;
  return writeFixed(LAYOUTS.payment, {
    reference: payment.reference,
    receiptNo: payment.agencyReference,
    amount: payment.amountFen,
    state: { posted: 'S', processing: 'P', refused: 'F' }[state],
    postedTime: state === 'posted' && postedAtMs !== null ? chinaTimestamp(postedAtMs) : '',
    expectedTime: state === 'processing' && postedAtMs !== null ? chinaTimestamp(postedAtMs) : '',
    failCode: payment.refusedCode ?? '',
  });
}

/** `张伟` → `张*`. */
function maskedName({ name }: Participant): string {
  const [surname = '', ...rest] = name;
  return surname + '*'.repeat(rest.length);
}
