import type {
  AccountHolder,
  Bill,
  BillLine,
  PostingOutcome,
  QueryOutcome,
  Reason,
  ReasonCode,
  StatementFetch,
  ValidationOutcome,
} from '../../src/contract/index.ts';
import { readChinaTimestamp } from '../../src/kernel/china-time.ts';
import { codeTable } from '../../src/kernel/code-table.ts';
import { formatMinor, type Money, money, parseMinor } from '../../src/kernel/money.ts';
import type { Answer, Fields } from './client.ts';
import { fileSchema, holderSchema, type Instalment, paymentSchema, readLoan } from './wire.ts';

const CURRENCY = 'CNY';

/** Their refusals that are final: nothing was, or will be, posted under the order. */
const REJECTIONS = codeTable<ReasonCode>({
  E1001: 'account_not_found',
  E1003: 'account_blocked',
  E2001: 'amount_changed',
  E2002: 'bill_already_paid',
  E2003: 'bill_not_found',
  E2006: 'limit_exceeded',
  E2007: 'refused_by_agency',
  E2008: 'refused_by_agency',
  E2009: 'refused_by_agency', // earlier instalments are to be repaid first
  E2010: 'amount_not_allowed',
});

/** Their codes for "not now": nothing was done, and the same request may come again. */
const NOT_NOW = codeTable<ReasonCode>({
  E3001: 'outside_service_hours',
  E3002: 'under_maintenance',
  // Our key, clock or request does not suit them: an operator mends it, and nothing was done meanwhile.
  E9001: 'refused_by_agency',
  E9002: 'refused_by_agency',
  E9004: 'refused_by_agency',
});

/** What asking whether an account takes deposits came to. */
export function toValidationOutcome(answer: Answer): ValidationOutcome {
  if (answer.kind !== 'answer') return { kind: 'unavailable', reason: answer.reason };
  const holder = answer.code === 'S0000' ? holderSchema.safeParse(answer.fields) : null;
  if (holder?.success) return { kind: 'valid', holder: toHolder(holder.data.holder_name) };
  return toNoAnswer(answer);
}

/** What asking for the instalments of a loan came to. */
export function toQueryOutcome(answer: Answer): QueryOutcome {
  if (answer.kind !== 'answer') return { kind: 'unavailable', reason: answer.reason };
  if (answer.code === 'E1002') {
    const holder = holderSchema.safeParse(answer.fields);
    if (holder.success) return { kind: 'nothingDue', holder: toHolder(holder.data.holder_name) };
  }
  const loan = answer.code === 'S0000' ? readLoan(answer.fields) : null;
  const bills = loan?.instalments.map(toBill) ?? [];
  if (!loan || bills.some((bill) => bill === null)) return toNoAnswer(answer);
  return {
    kind: 'due',
    holder: toHolder(loan.holder_name),
    bills: bills.filter((bill) => bill !== null),
    queryReference: loan.query_no,
  };
}

/** What telling them to post came to; `amount` is what we asked for. */
export function toPostingOutcome(answer: Answer, reference: string, amount: Money): PostingOutcome {
  if (answer.kind === 'notSent') return { kind: 'notAttempted', reason: answer.reason };
  if (answer.kind === 'unknown') return { kind: 'unknown', reason: answer.reason };
  const { code, fields } = answer;
  if (code === 'S0000') return toPaymentState(fields, reference, amount);
  if (code === 'E2004') return { kind: 'duplicate' };
  const rejection = REJECTIONS[code];
  if (rejection) return { kind: 'rejected', reason: theirReason(rejection, code) };
  const notNow = NOT_NOW[code];
  if (!notNow) return { kind: 'unknown', reason: notUnderstood(code) };
  return {
    kind: 'notAttempted',
    reason: theirReason(notNow, code),
    ...momentAs('retryAtMs', fields.open_time),
  };
}

/** What asking for a payment by our reference came to. */
export function toPaymentQueryOutcome(answer: Answer, reference: string): PostingOutcome {
  // Not asking is not an answer: whatever was instructed before may still have been carried out.
  if (answer.kind !== 'answer') return { kind: 'unknown', reason: answer.reason };
  const { code, fields } = answer;
  if (code === 'S0000') return toPaymentState(fields, reference);
  if (code === 'E2005') return { kind: 'notAttempted', reason: theirReason('reference_not_known', code) };
  return { kind: 'unknown', reason: reasonOf(code) };
}

/** What asking for the file of a date came to. */
export function toStatementFetch(answer: Answer): StatementFetch {
  if (answer.kind !== 'answer') return { kind: 'unavailable', reason: answer.reason };
  const { code, fields } = answer;
  if (code === 'E4002') return { kind: 'emptyDay' };
  if (code === 'E4001') return { kind: 'notReady', ...momentAs('availableAtMs', fields.avail_time) };
  const file = code === 'S0000' ? fileSchema.safeParse(fields) : null;
  if (!file?.success) return { kind: 'unavailable', reason: reasonOf(code) };
  return {
    kind: 'ready',
    format: 'gz-provident-fund-daily-v1',
    fileName: file.data.file_name,
    content: Buffer.from(file.data.file_content, 'base64'),
  };
}

/** Yuan, two decimals. */
export function toYuan(amount: Money): string {
  return formatMinor(amount.amountMinor, CURRENCY);
}

/** The answers to a question that are neither bills nor an account. */
function toNoAnswer({
  code,
  fields,
}: {
  code: string;
  fields: Fields;
}): Extract<QueryOutcome, { kind: 'noSuchAccount' | 'closedNow' | 'unavailable' }> {
  const reason = theirReason(REJECTIONS[code] ?? NOT_NOW[code] ?? 'refused_by_agency', code);
  if (code === 'E1001' || code === 'E1003') return { kind: 'noSuchAccount', reason };
  if (code === 'E3001' || code === 'E3002') {
    return { kind: 'closedNow', reason, ...momentAs('opensAtMs', fields.open_time) };
  }
  return { kind: 'unavailable', reason: reasonOf(code) };
}

function toPaymentState(fields: Fields, reference: string, amount?: Money): PostingOutcome {
  const payment = paymentSchema.safeParse(fields).data;
  // An answer about another payment, or another amount, tells nothing about ours.
  const isOurs =
    payment?.order_no === reference && (amount === undefined || payment.pay_amt === toYuan(amount));
  if (!isOurs) return { kind: 'unknown', reason: notUnderstood('S0000') };
  const { state, serial_no: agencyReference, fail_code } = payment;
  const postedAtMs = readChinaTimestamp(payment.post_time);
  if (state === 'S' && postedAtMs !== undefined) return { kind: 'accepted', agencyReference, postedAtMs };
  if (state === 'P') return { kind: 'pending', ...momentAs('expectedByMs', payment.expect_time) };
  if (state === 'F') {
    return { kind: 'rejected', reason: theirReason(REJECTIONS[fail_code] ?? 'refused_by_agency', fail_code) };
  }
  return { kind: 'unknown', reason: notUnderstood('S0000') };
}

/** Null when their own sum does not add up: such a bill is not shown to anybody. */
function toBill(instalment: Instalment): Bill | null {
  const line = (kind: BillLine['kind'], zh: string, en: string, amount: string): BillLine => ({
    kind,
    label: { 'zh-CN': zh, en },
    amount: yuan(amount),
  });
  const lines = [
    line('other', '应还本金', 'Principal', instalment.principal),
    line('other', '应还利息', 'Interest', instalment.interest),
    line('lateFee', '逾期罚息', 'Penalty for late payment', instalment.penalty),
  ].filter(({ amount }) => amount.amountMinor > 0);
  const amountDue = yuan(instalment.total);
  const sumMinor = lines.reduce((sum, { amount }) => sum + amount.amountMinor, 0);
  if (sumMinor !== amountDue.amountMinor || sumMinor === 0) return null;
  const { month, due_date, inst_no, number } = instalment;
  return {
    billId: inst_no,
    period: `${month.slice(0, 4)}-${month.slice(4)}`,
    amountDue,
    lines,
    dueDate: `${due_date.slice(0, 4)}-${due_date.slice(4, 6)}-${due_date.slice(6)}`,
    facts: [{ label: { 'zh-CN': '期次', en: 'Instalment' }, value: number }],
  };
}

/** A moment under its name, or nothing when there is none. */
function momentAs<Name extends string>(name: Name, time: string | undefined): Partial<Record<Name, number>> {
  const atMs = readChinaTimestamp(time);
  return atMs === undefined ? {} : ({ [name]: atMs } as Record<Name, number>);
}

/** They mask; should they once forget, we do. */
function toHolder(name: string): AccountHolder {
  return { maskedName: name.includes('*') ? name : `${[...name][0] ?? ''}**` };
}

/** Why a question has no answer: they refused it, or we can't make sense of what they said. */
function reasonOf(code: string): Reason {
  const isKnown = code in REJECTIONS || code in NOT_NOW;
  return isKnown ? theirReason('refused_by_agency', code) : notUnderstood(code);
}

function notUnderstood(code: string): Reason {
  return { code: 'answer_not_understood', source: 'agency', detail: `code ${code}` };
}

function theirReason(reason: ReasonCode, code: string): Reason {
  return { code: reason, source: 'agency', detail: `code ${code}` };
}

function yuan(decimal: string): Money {
  return money(parseMinor(decimal, CURRENCY), CURRENCY);
}
