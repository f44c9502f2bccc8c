import { randomUUID } from 'node:crypto';
import { chinaTimestamp, readChinaTimestamp } from '../../src/kernel/china-time.ts';
import { formatMinor, parseMinor, sumMinor } from '../../src/kernel/money.ts';
import type { BookedPayment } from '../support/agency-books.ts';
import {
  amountsAt,
  DEPOSIT_NUMBERS,
  depositMonth,
  type FundBooks,
  type FundCustomer,
  LOAN_NUMBERS,
  unpaidInstalments,
} from './books.ts';
import type { Code, Fields, Reply, Service } from './protocol.ts';

/** A deposit is from 100 to 5,000 yuan, in whole yuan, and a month's deposits are 5,000 at most. */
const DEPOSIT_MINIMUM_FEN = 10_000;
const DEPOSIT_MONTH_FEN = 500_000;
const YUAN_FEN = 100;
/** How long after the merchant took the money a payment may still be posted. */
const PAY_TIME_MAX_AGE_MS = 7 * 86_400_000;
const PAY_TIME_MAX_AHEAD_MS = 5 * 60_000;
/** How long a payment is "being processed" when that is the fault asked for. */
const PROCESSING_MS = 5_000;
const MAX_INSTALMENTS = 36;

/** How a payment is to be treated: as it deserves, or as a fault would have it. */
export type PayMode = 'post' | 'process' | 'refuse';

/** Whether an account can be paid into, and whose it is. */
export function queryDeposit(books: FundBooks, { account_no = '', holder_name }: Fields): Reply {
  const customer = DEPOSIT_NUMBERS.isNumber(account_no) ? books.customer(account_no) : undefined;
  // Which of the two is wrong is nobody's business who does not know both.
  if (!customer || customer.name !== holder_name) return { code: 'E1001' };
  if (customer.isSealed) return { code: 'E1003' };
  return { code: 'S0000', fields: { account_no, holder_name: maskedName(customer) } };
}

/** The instalments of a loan that are to be repaid, oldest first, as of today. */
export function queryLoan(books: FundBooks, nowMs: number, { account_no = '' }: Fields): Reply {
  const customer = LOAN_NUMBERS.isNumber(account_no) ? books.customer(account_no) : undefined;
  if (!customer) return { code: 'E1001' };
  const who = { account_no, holder_name: maskedName(customer) };
  const unpaid = unpaidInstalments(books, account_no).slice(0, MAX_INSTALMENTS);
  if (unpaid.length === 0) return { code: 'E1002', fields: who };
  const fields: Record<string, string> = { ...who, query_no: randomUUID(), count: String(unpaid.length) };
  for (const [index, instalment] of unpaid.entries()) {
    const { principalFen, interestFen, penaltyFen, totalFen } = amountsAt(instalment, nowMs);
    const at = index + 1;
    fields[`inst_no_${at}`] = instalment.billNo;
    fields[`number_${at}`] = String(instalment.number);
    fields[`month_${at}`] = instalment.month;
    fields[`due_date_${at}`] = instalment.dueDate.replaceAll('-', '');
    fields[`principal_${at}`] = yuanOf(principalFen);
    fields[`interest_${at}`] = yuanOf(interestFen);
    fields[`penalty_${at}`] = yuanOf(penaltyFen);
    fields[`total_${at}`] = yuanOf(totalFen);
  }
  return { code: 'S0000', fields };
}

interface AskedPayment {
  accountNo: string;
  paidAtMs: number;
  amountFen: number;
  details: { billNo: string; amountFen: number }[];
}

/**
 * Posts a deposit or a repayment once per merchant order. A refusal is written down under the order too, so that a late copy
 * of the same request cannot succeed. The penalty is that of the day of `pay_time`.
 */
export function pay(books: FundBooks, nowMs: number, service: Service, fields: Fields, mode: PayMode): Reply {
  const reference = fields.order_no ?? '';
  const asked = readPayment(service, fields);
  if (!asked || !/^[\w-]{1,32}$/.test(reference)) return { code: 'E9004' };
  const earlier = books.payment(reference);
  if (earlier) return { code: 'E2004', fields: paymentFields(earlier) };
  const why = service === 'deposit.pay' ? whyNoDeposit : whyNoRepayment;
  const refusedCode = mode === 'refuse' ? 'E2007' : (whyNotAtThatTime(asked, nowMs) ?? why(books, asked));
  const payment = books.addPayment({
    reference,
    ...asked,
    details: refusedCode ? [] : asked.details,
    state: refusedCode ? 'refused' : mode === 'process' ? 'processing' : 'posted',
    refusedCode,
    postedAtMs: refusedCode ? null : mode === 'process' ? nowMs + PROCESSING_MS : nowMs,
  });
  return { code: refusedCode ?? 'S0000', fields: paymentFields(payment) };
}

function readPayment(service: Service, fields: Fields): AskedPayment | null {
  const { account_no: accountNo = '', pay_time = '', pay_amt = '' } = fields;
  const paidAtMs = readChinaTimestamp(pay_time);
  const amountFen = fenOf(pay_amt);
  if (paidAtMs === undefined || amountFen === null) return null;
  if (service === 'deposit.pay') {
    const details = [{ billNo: depositMonth(accountNo, paidAtMs), amountFen }];
    return { accountNo, paidAtMs, amountFen, details };
  }
  const count = Number(fields.count);
  if (!Number.isInteger(count) || count < 1 || count > MAX_INSTALMENTS) return null;
  const details = Array.from({ length: count }, (_, index) => ({
    billNo: fields[`inst_no_${index + 1}`] ?? '',
    amountFen: fenOf(fields[`amt_${index + 1}`] ?? '') ?? 0,
  }));
  return { accountNo, paidAtMs, amountFen, details };
}

function whyNotAtThatTime({ paidAtMs }: AskedPayment, nowMs: number): Code | null {
  const isTaken = paidAtMs <= nowMs + PAY_TIME_MAX_AHEAD_MS && paidAtMs >= nowMs - PAY_TIME_MAX_AGE_MS;
  return isTaken ? null : 'E2008';
}

function whyNoDeposit(books: FundBooks, { accountNo, paidAtMs, amountFen }: AskedPayment): Code | null {
  const customer = DEPOSIT_NUMBERS.isNumber(accountNo) ? books.customer(accountNo) : undefined;
  if (!customer) return 'E1001';
  if (customer.isSealed) return 'E1003';
  const isAllowed =
    amountFen >= DEPOSIT_MINIMUM_FEN && amountFen <= DEPOSIT_MONTH_FEN && amountFen % YUAN_FEN === 0;
  if (!isAllowed) return 'E2010';
  const earlier = books.paidTowards(depositMonth(accountNo, paidAtMs));
  const monthFen = sumMinor([amountFen, ...earlier.map((deposit) => deposit.amountFen)]);
  return monthFen > DEPOSIT_MONTH_FEN ? 'E2006' : null;
}

function whyNoRepayment(books: FundBooks, asked: AskedPayment): Code | null {
  const { accountNo, paidAtMs, amountFen, details } = asked;
  if (!LOAN_NUMBERS.isNumber(accountNo) || !books.customer(accountNo)) return 'E1001';
  const chosen = new Set(details.map(({ billNo }) => billNo));
  if (chosen.size < details.length) return 'E2003';
  for (const billNo of chosen) {
    if (books.bill(billNo)?.accountNo !== accountNo) return 'E2003';
    if (books.paidTowards(billNo).length > 0) return 'E2002';
  }
  const unpaid = unpaidInstalments(books, accountNo);
  if (unpaid.slice(0, chosen.size).some(({ billNo }) => !chosen.has(billNo))) return 'E2009';
  const isExact = details.every((detail) => {
    const instalment = books.bill(detail.billNo);
    return instalment && amountsAt(instalment, paidAtMs).totalFen === detail.amountFen;
  });
  return isExact && sumMinor(details.map((detail) => detail.amountFen)) === amountFen ? null : 'E2001';
}

/** What became of the payment under a merchant's order. */
export function queryOrder(books: FundBooks, { order_no = '' }: Fields): Reply {
  const payment = books.payment(order_no);
  return payment ? { code: 'S0000', fields: paymentFields(payment) } : { code: 'E2005' };
}

/** `state`: S posted, P being processed, F refused. */
function paymentFields(payment: BookedPayment): Fields {
  const { state, postedAtMs } = payment;
  return {
    order_no: payment.reference,
    serial_no: payment.agencyReference,
    pay_amt: yuanOf(payment.amountFen),
    state: { posted: 'S', processing: 'P', refused: 'F' }[state],
    post_time: state === 'posted' && postedAtMs !== null ? chinaTimestamp(postedAtMs) : '',
    expect_time: state === 'processing' && postedAtMs !== null ? chinaTimestamp(postedAtMs) : '',
    fail_code: payment.refusedCode ?? '',
  };
}

/** `张伟` → `张*`. */
function maskedName({ name }: FundCustomer): string {
  const [surname = '', ...rest] = name;
  return surname + '*'.repeat(rest.length);
}

function yuanOf(fen: number): string {
  return formatMinor(fen, 'CNY');
}

function fenOf(decimal: string): number | null {
  return /^\d{1,10}\.\d{2}$/.test(decimal) ? parseMinor(decimal, 'CNY') : null;
}
