import type {
  AccountHolder,
  PostingOutcome,
  QueryOutcome,
  Reason,
  ReasonCode,
  StatementFetch,
} from '../../src/contract/index.ts';
import { type Money, money } from '../../src/kernel/money.ts';
import type { Answer } from './client.ts';
import {
  billsSchema,
  closedSchema,
  nothingDueSchema,
  notReadySchema,
  paymentSchema,
  replySchema,
  statementSchema,
} from './wire.ts';

const CURRENCY = 'CNY';
const STATEMENT_FORMAT = 'my-agency-csv-v1';

/** Their refusals that are final: nothing was, or will be, posted under the reference. */
const REJECTIONS: ReadonlyMap<string, ReasonCode> = new Map([
  ['NO_ACCOUNT', 'account_not_found'],
  ['WRONG_AMOUNT', 'amount_changed'],
  ['ALREADY_PAID', 'bill_already_paid'],
  ['NO_BILL', 'bill_not_found'],
  ['REFUSED', 'refused_by_agency'],
]);

/** What asking for bills came to. */
export function toQueryOutcome(answer: Answer): QueryOutcome {
  if (answer.kind !== 'answer') return { kind: 'unavailable', reason: answer.reason };
  const { code, data } = readReply(answer);
  if (code === 'OK') {
    const found = billsSchema.safeParse(data);
    if (found.success) {
      const { queryId, bills } = found.data;
      return { kind: 'due', holder: toHolder(found.data), bills: bills.map(toBill), queryReference: queryId };
    }
  }
  if (code === 'NOTHING_DUE') {
    const nothing = nothingDueSchema.safeParse(data);
    if (nothing.success) return { kind: 'nothingDue', holder: toHolder(nothing.data) };
  }
  if (code === 'NO_ACCOUNT') return { kind: 'noSuchAccount', reason: theirReason('account_not_found', code) };
  if (code === 'CLOSED') {
    const reason = theirReason('outside_service_hours', code);
    const closed = closedSchema.safeParse(data);
    return {
      kind: 'closedNow',
      reason,
      ...(closed.success && { opensAtMs: Date.parse(closed.data.opensAt) }),
    };
  }
  return { kind: 'unavailable', reason: notUnderstood(code) };
}

/** What telling them to post came to; `amount` is what we asked for. */
export function toPostingOutcome(answer: Answer, reference: string, amount: Money): PostingOutcome {
  if (answer.kind === 'notSent') return { kind: 'notAttempted', reason: answer.reason };
  if (answer.kind === 'unknown') return { kind: 'unknown', reason: answer.reason };
  const { code, data } = readReply(answer);
  if (code === 'OK') return toPaymentState(data, reference, amount);
  if (code === 'DUPLICATE') return { kind: 'duplicate' };
  if (code === 'CLOSED') {
    const reason = theirReason('outside_service_hours', code);
    const closed = closedSchema.safeParse(data);
    return {
      kind: 'notAttempted',
      reason,
      ...(closed.success && { retryAtMs: Date.parse(closed.data.opensAt) }),
    };
  }
  const rejection = REJECTIONS.get(code);
  if (rejection) return { kind: 'rejected', reason: theirReason(rejection, code) };
  return { kind: 'unknown', reason: notUnderstood(code) };
}

/** What asking for a payment by our reference came to. */
export function toPaymentQueryOutcome(answer: Answer, reference: string): PostingOutcome {
  // Not asking is not an answer: whatever was instructed before may still have been carried out.
  if (answer.kind !== 'answer') return { kind: 'unknown', reason: answer.reason };
  const { code, data } = readReply(answer);
  if (code === 'OK') return toPaymentState(data, reference);
  if (code === 'NO_REFERENCE') {
    return { kind: 'notAttempted', reason: theirReason('reference_not_known', code) };
  }
  return { kind: 'unknown', reason: notUnderstood(code) };
}

/** What asking for the file of a date came to. */
export function toStatementFetch(answer: Answer): StatementFetch {
  if (answer.kind !== 'answer') return { kind: 'unavailable', reason: answer.reason };
  const { code, data } = readReply(answer);
  if (code === 'NOTHING_POSTED') return { kind: 'emptyDay' };
  if (code === 'NOT_READY') {
    const notReady = notReadySchema.safeParse(data);
    return {
      kind: 'notReady',
      ...(notReady.success && { availableAtMs: Date.parse(notReady.data.availableAt) }),
    };
  }
  const file = statementSchema.safeParse(data);
  if (code !== 'OK' || !file.success) return { kind: 'unavailable', reason: notUnderstood(code) };
  const { fileName, content } = file.data;
  return { kind: 'ready', fileName, format: STATEMENT_FORMAT, content: Buffer.from(content) };
}

/** The code and data of an answer; a code that nobody uses when it is none. */
function readReply({ body }: Answer & { kind: 'answer' }): { code: string; data?: unknown } {
  try {
    const reply = replySchema.safeParse(JSON.parse(body));
    if (reply.success) return reply.data;
  } catch {
    // Not JSON: not understood, as below.
  }
  return { code: 'not understood' };
}

function toPaymentState(data: unknown, reference: string, amount?: Money): PostingOutcome {
  const parsed = paymentSchema.safeParse(data);
  // An answer about another payment, or another amount, tells nothing about ours.
  const isOurs =
    parsed.success &&
    parsed.data.reference === reference &&
    (amount === undefined || parsed.data.amountFen === amount.amountMinor);
  if (!isOurs) return { kind: 'unknown', reason: notUnderstood('OK') };
  const { state, serial, postedAt, expectedBy, refusal = 'REFUSED' } = parsed.data;
  if (state === 'POSTED' && postedAt) {
    return { kind: 'accepted', agencyReference: serial, postedAtMs: Date.parse(postedAt) };
  }
  if (state === 'PROCESSING') {
    return { kind: 'pending', ...(expectedBy && { expectedByMs: Date.parse(expectedBy) }) };
  }
  if (state === 'REFUSED') {
    const code = REJECTIONS.get(refusal) ?? 'refused_by_agency';
    return { kind: 'rejected', reason: theirReason(code, refusal) };
  }
  return { kind: 'unknown', reason: notUnderstood('OK') };
}

type WireBill = ReturnType<typeof billsSchema.parse>['bills'][number];

function toBill({ billId, period, amountFen, dueDate }: WireBill) {
  const amountDue = money(amountFen, CURRENCY);
  const label = { 'zh-CN': '本期费用', en: 'Charges of the period' };
  return {
    billId,
    period,
    amountDue,
    dueDate,
    lines: [{ kind: 'usage' as const, label, amount: amountDue }],
  };
}

/** They send names in full: nothing but the mask leaves this file. */
function toHolder({ holder, address }: { holder: string; address: string }): AccountHolder {
  return {
    maskedName: `${[...holder][0] ?? ''}**`,
    maskedAddress: `${[...address].slice(0, 3).join('')}****`,
  };
}

function theirReason(code: ReasonCode, theirCode: string): Reason {
  return { code, source: 'agency', detail: `code ${theirCode}` };
}

/** The answer is theirs, and we cannot make sense of it. */
function notUnderstood(theirCode: string): Reason {
  return theirReason('answer_not_understood', theirCode);
}
