import type {
  AccountHolder,
  Bill,
  PostingOutcome,
  QueryOutcome,
  Reason,
  ReasonCode,
  StatementFetch,
  UndoOutcome,
  UndoRequest,
} from '../../src/contract/index.ts';
import { readChinaTimestamp } from '../../src/kernel/china-time.ts';
import { codeTable } from '../../src/kernel/code-table.ts';
import { formatMinor, type Money, money } from '../../src/kernel/money.ts';
import type { Answer } from './client.ts';
import {
  type DueItem,
  readDue,
  readFile,
  readHolder,
  readMoment,
  readPayment,
  readReversal,
} from './wire.ts';

const CURRENCY = 'CNY';

/** Their refusals that are final: nothing was, or will be, done under the reference. */
const REJECTIONS = codeTable<ReasonCode>({
  '1001': 'account_not_found',
  '2001': 'amount_changed',
  '2002': 'bill_already_paid',
  '2003': 'bill_not_found',
  '2006': 'limit_exceeded',
  '2007': 'refused_by_agency',
  '2008': 'refused_by_agency',
  '2009': 'refused_by_agency', // earlier months are to be paid first
  '2010': 'refused_by_agency', // the day is over: no reversal any more
  '2011': 'refused_by_agency', // reversed already, under another reference
  '2012': 'amount_not_allowed',
});

/** Their codes for "not now": nothing was done, and the same request may come again. */
const NOT_NOW = codeTable<ReasonCode>({
  '3001': 'outside_service_hours',
  '3002': 'under_maintenance',
  // Our key, clock or message does not suit them: an operator mends it, and nothing was done meanwhile.
  '9001': 'refused_by_agency',
  '9002': 'refused_by_agency',
  '9004': 'refused_by_agency',
  '9005': 'refused_by_agency',
});

/** What asking for the months due came to. */
export function toQueryOutcome(answer: Answer): QueryOutcome {
  if (answer.kind !== 'answer') return { kind: 'unavailable', reason: answer.reason };
  const { returnCode, body } = answer;
  if (returnCode === '0000') return toDue(body);
  if (returnCode === '1002') {
    const holder = readHolder(body);
    if (holder) return { kind: 'nothingDue', holder: toHolder(holder.maskedName) };
  }
  if (returnCode === '1001') {
    return { kind: 'noSuchAccount', reason: theirReason('account_not_found', returnCode) };
  }
  if (returnCode === '3001' || returnCode === '3002') {
    const code = returnCode === '3001' ? 'outside_service_hours' : 'under_maintenance';
    return {
      kind: 'closedNow',
      reason: theirReason(code, returnCode),
      ...momentAs('opensAtMs', readMoment(body)),
    };
  }
  const isKnown = returnCode in REJECTIONS || returnCode in NOT_NOW;
  const reason = isKnown ? theirReason('refused_by_agency', returnCode) : notUnderstood(returnCode);
  return { kind: 'unavailable', reason };
}

/** What telling them to post came to; `amount` is what we asked for. */
export function toPostingOutcome(answer: Answer, reference: string, amount: Money): PostingOutcome {
  if (answer.kind === 'notSent') return { kind: 'notAttempted', reason: answer.reason };
  if (answer.kind === 'unknown') return { kind: 'unknown', reason: answer.reason };
  if (answer.returnCode === '0000') return toPaymentState(answer.body, reference, amount);
  if (answer.returnCode === '2004') return { kind: 'duplicate' };
  return toRefusal(answer);
}

/** What asking for a payment by our reference came to. */
export function toPaymentQueryOutcome(answer: Answer, reference: string): PostingOutcome {
  // Not asking is not an answer: whatever was instructed before may still have been carried out.
  if (answer.kind !== 'answer') return { kind: 'unknown', reason: answer.reason };
  const { returnCode, body } = answer;
  if (returnCode === '0000') return toPaymentState(body, reference);
  if (returnCode === '2005') {
    return { kind: 'notAttempted', reason: theirReason('reference_not_known', returnCode) };
  }
  const isKnown = returnCode in REJECTIONS || returnCode in NOT_NOW;
  const reason = isKnown ? theirReason('refused_by_agency', returnCode) : notUnderstood(returnCode);
  return { kind: 'unknown', reason };
}

/** What telling them to reverse a posting came to. */
export function toReversalOutcome(answer: Answer, request: UndoRequest): UndoOutcome {
  if (answer.kind === 'notSent') return { kind: 'notAttempted', reason: answer.reason };
  if (answer.kind === 'unknown') return { kind: 'unknown', reason: answer.reason };
  if (answer.returnCode === '2004') return { kind: 'duplicate' };
  if (answer.returnCode === '2005') {
    // They write nothing down where there is nothing to reverse: it may be told again.
    return { kind: 'notAttempted', reason: theirReason('reference_not_known', answer.returnCode) };
  }
  if (answer.returnCode !== '0000') return toRefusal(answer);
  const reversal = readReversal(answer.body);
  const undoneAtMs = readChinaTimestamp(reversal?.time);
  const isOurs =
    reversal?.reference === request.reference &&
    reversal.originalReference === request.originalReference &&
    reversal.amount === request.amount.amountMinor;
  if (!isOurs || undoneAtMs === undefined) return { kind: 'unknown', reason: notUnderstood('0000') };
  return { kind: 'accepted', agencyReference: reversal.reversalNo, undoneAtMs };
}

/** What asking for the file of a date came to. */
export function toStatementFetch(answer: Answer): StatementFetch {
  if (answer.kind !== 'answer') return { kind: 'unavailable', reason: answer.reason };
  const { returnCode, body } = answer;
  if (returnCode === '4002') return { kind: 'emptyDay' };
  if (returnCode === '4001') return { kind: 'notReady', ...momentAs('availableAtMs', readMoment(body)) };
  const file = returnCode === '0000' ? readFile(body) : null;
  if (file) return { kind: 'ready', format: 'gz-social-security-daily-v1', ...file };
  const isKnown = returnCode in REJECTIONS || returnCode in NOT_NOW;
  const reason = isKnown ? theirReason('refused_by_agency', returnCode) : notUnderstood(returnCode);
  return { kind: 'unavailable', reason };
}

function toDue(body: Uint8Array): QueryOutcome {
  const due = readDue(body);
  // Their own sums must add up: a bill that does not is not shown to anybody.
  const isSound = due?.items.every(({ pension, medical, total }) => pension + medical === total);
  if (!due || !isSound) return { kind: 'unavailable', reason: notUnderstood('0000') };
  return {
    kind: 'due',
    holder: toHolder(due.maskedName),
    bills: due.items.map(toBill),
    queryReference: due.queryNo,
    account: due.personNo,
  };
}

function toBill({ voucherNo, month, base, pension, medical, total }: DueItem): Bill {
  const kind = 'contribution' as const;
  const lines = [
    { kind, label: { 'zh-CN': '基本养老保险费', en: 'Pension insurance' }, amount: money(pension, CURRENCY) },
    { kind, label: { 'zh-CN': '基本医疗保险费', en: 'Medical insurance' }, amount: money(medical, CURRENCY) },
  ];
  return {
    billId: voucherNo,
    period: `${month.slice(0, 4)}-${month.slice(4)}`,
    amountDue: money(total, CURRENCY),
    lines: lines.filter(({ amount }) => amount.amountMinor > 0),
    facts: [
      {
        label: { 'zh-CN': '缴费基数', en: 'Contribution base' },
        value: `${formatMinor(base, CURRENCY)} 元`,
      },
    ],
  };
}

function toPaymentState(body: Uint8Array, reference: string, amount?: Money): PostingOutcome {
  const payment = readPayment(body);
  // An answer about another payment, or another amount, tells nothing about ours.
  const isOurs =
    payment?.reference === reference && (amount === undefined || payment.amount === amount.amountMinor);
  if (!isOurs) return { kind: 'unknown', reason: notUnderstood('0000') };
  const { state, receiptNo, failCode } = payment;
  const postedAtMs = readChinaTimestamp(payment.postedTime);
  if (state === 'S' && postedAtMs !== undefined) {
    return { kind: 'accepted', agencyReference: receiptNo, postedAtMs };
  }
  if (state === 'P') return { kind: 'pending', ...momentAs('expectedByMs', payment.expectedTime) };
  if (state === 'F') {
    return { kind: 'rejected', reason: theirReason(REJECTIONS[failCode] ?? 'refused_by_agency', failCode) };
  }
  return { kind: 'unknown', reason: notUnderstood('0000') };
}

function toRefusal({
  returnCode,
  body,
}: Answer & { kind: 'answer' }): Extract<PostingOutcome, { kind: 'rejected' | 'notAttempted' | 'unknown' }> {
  const rejection = REJECTIONS[returnCode];
  if (rejection) return { kind: 'rejected', reason: theirReason(rejection, returnCode) };
  const notNow = NOT_NOW[returnCode];
  if (!notNow) return { kind: 'unknown', reason: notUnderstood(returnCode) };
  return {
    kind: 'notAttempted',
    reason: theirReason(notNow, returnCode),
    ...momentAs('retryAtMs', readMoment(body)),
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

/** The answer is theirs, and we cannot make sense of it. */
function notUnderstood(returnCode: string): Reason {
  return { code: 'answer_not_understood', source: 'agency', detail: `return code ${returnCode}` };
}

function theirReason(code: ReasonCode, returnCode: string): Reason {
  return { code, source: 'agency', detail: `return code ${returnCode}` };
}
