import type {
  Outcome,
  PostingOutcome,
  QueryOutcome,
  Reason,
  ReasonCode,
  UndoOutcome,
  UndoRequest,
} from '../../src/contract/index.ts';
import { codeTable } from '../../src/kernel/code-table.ts';
import { formatMinor, type Money, money, parseMinor } from '../../src/kernel/money.ts';
import type { Answer } from './client.ts';
import { billsSchema, closedSchema, paymentSchema, refundSchema, replySchema } from './wire.ts';

const CURRENCY = 'CNY';

/** Their refusals that are final: nothing was, or will be, carried out under the reference. */
const REJECTIONS = codeTable<ReasonCode>({
  1001: 'account_not_found',
  1002: 'refused_by_agency',
  2001: 'amount_changed',
  2002: 'bill_already_paid',
  2003: 'bill_not_found',
  2006: 'limit_exceeded',
  2007: 'refused_by_agency',
  2008: 'refused_by_agency',
  4001: 'refused_by_agency',
  4002: 'refused_by_agency',
  4003: 'refused_by_agency',
});

/** Their codes for "not now": nothing was done, and the same request may come again. */
const NOT_NOW = codeTable<ReasonCode>({
  3001: 'outside_service_hours',
  3002: 'under_maintenance',
  // Our request or its parameters do not suit them: an operator mends it, and nothing was done meanwhile.
  [-32_600]: 'refused_by_agency',
  [-32_601]: 'refused_by_agency',
  [-32_602]: 'refused_by_agency',
});

const REFERENCE_USED = 2004;
const NO_SUCH_REFERENCE = 2005;

type Reply =
  | { kind: 'result'; result: unknown }
  | { kind: 'error'; code: number; data?: unknown }
  | { kind: 'none'; reason: Reason };

export function readReply(answer: Answer): Reply {
  if (answer.kind !== 'answer') return { kind: 'none', reason: answer.reason };
  const parsed = replySchema.safeParse(answer.content);
  if (!parsed.success) return { kind: 'none', reason: notUnderstood() };
  if ('error' in parsed.data) return { kind: 'error', ...parsed.data.error };
  return { kind: 'result', result: parsed.data.result };
}

export function toQueryOutcome(answer: Answer): QueryOutcome {
  const reply = readReply(answer);
  if (reply.kind === 'none') return { kind: 'unavailable', reason: reply.reason };
  if (reply.kind === 'error') return toNoBills(reply);
  const parsed = billsSchema.safeParse(reply.result);
  if (!parsed.success) return { kind: 'unavailable', reason: notUnderstood() };
  const { queryId, payer, bills } = parsed.data;
  // They mask; should they once forget, we do.
  const holder = { maskedName: payer.includes('*') ? payer : `${[...payer][0] ?? ''}**` };
  if (bills.length === 0) return { kind: 'nothingDue', holder };
  return {
    kind: 'due',
    holder,
    queryReference: queryId,
    bills: bills.map(({ billId, period, title, amount, dueDate }) => {
      const label = { 'zh-CN': title.zh, en: title.en };
      const amountDue = yuan(amount);
      return { billId, period, amountDue, lines: [{ kind: 'basic', label, amount: amountDue }], dueDate };
    }),
  };
}

function toNoBills({ code, data }: { code: number; data?: unknown }): QueryOutcome {
  if (code === 1001) return { kind: 'noSuchAccount', reason: theirReason('account_not_found', code) };
  if (code === 3001 || code === 3002) {
    const opensAtMs = opensAt(data);
    const reason = theirReason(NOT_NOW[code] ?? 'refused_by_agency', code);
    return { kind: 'closedNow', reason, ...(opensAtMs === undefined ? {} : { opensAtMs }) };
  }
  return { kind: 'unavailable', reason: refusedOrNotUnderstood(code) };
}

/** What telling them to pay came to; `amount` is what we asked for. */
export function toPostingOutcome(answer: Answer, reference: string, amount: Money): PostingOutcome {
  const reply = readReply(answer);
  if (reply.kind === 'result') return toPaymentState(reply.result, reference, amount);
  return toRefused(answer, reply);
}

/** What asking for a payment by our reference came to. */
export function toPaymentQueryOutcome(answer: Answer, reference: string): PostingOutcome {
  const reply = readReply(answer);
  // Not asking is not an answer: whatever was instructed before may still have been carried out.
  if (reply.kind === 'none') return { kind: 'unknown', reason: reply.reason };
  if (reply.kind === 'result') return toPaymentState(reply.result, reference);
  if (reply.code === NO_SUCH_REFERENCE) {
    return { kind: 'notAttempted', reason: theirReason('reference_not_known', reply.code) };
  }
  return { kind: 'unknown', reason: refusedOrNotUnderstood(reply.code) };
}

/** What telling them to refund came to. */
export function toUndoOutcome(
  answer: Answer,
  { reference, originalReference, amount }: UndoRequest,
): UndoOutcome {
  const reply = readReply(answer);
  if (reply.kind !== 'result') return toRefused(answer, reply);
  const parsed = refundSchema.safeParse(reply.result);
  const isOurs =
    parsed.success &&
    parsed.data.reference === reference &&
    parsed.data.paymentReference === originalReference &&
    parsed.data.amount === toYuan(amount);
  if (!isOurs) return { kind: 'unknown', reason: notUnderstood() };
  const { refundId, at } = parsed.data;
  return { kind: 'accepted', agencyReference: refundId, undoneAtMs: Date.parse(at) };
}

/** What a payment's own record says. */
export function toPaymentState(record: unknown, reference: string, amount?: Money): PostingOutcome {
  const parsed = paymentSchema.safeParse(record);
  // A record of another payment, or another amount, tells nothing about ours.
  const isOurs =
    parsed.success &&
    parsed.data.reference === reference &&
    (amount === undefined || parsed.data.amount === toYuan(amount));
  if (!isOurs) return { kind: 'unknown', reason: notUnderstood() };
  const { status, at, paymentId, errorCode = 2007 } = parsed.data;
  const atMs = at === null ? null : Date.parse(at);
  if (status === 'posted' && atMs !== null)
    return { kind: 'accepted', agencyReference: paymentId, postedAtMs: atMs };
  if (status === 'processing') return { kind: 'pending', ...(atMs === null ? {} : { expectedByMs: atMs }) };
  if (status === 'refused') {
    return { kind: 'rejected', reason: theirReason(REJECTIONS[errorCode] ?? 'refused_by_agency', errorCode) };
  }
  return { kind: 'unknown', reason: notUnderstood() };
}

/** What an instruction came to that has no result. */
function toRefused(answer: Answer, reply: Exclude<Reply, { kind: 'result' }>): Outcome<never> {
  if (answer.kind === 'notSent') return { kind: 'notAttempted', reason: answer.reason };
  if (reply.kind === 'none') return { kind: 'unknown', reason: reply.reason };
  const { code, data } = reply;
  if (code === REFERENCE_USED) return { kind: 'duplicate' };
  const rejection = REJECTIONS[code];
  if (rejection) return { kind: 'rejected', reason: theirReason(rejection, code) };
  const notNow = NOT_NOW[code];
  if (!notNow) return { kind: 'unknown', reason: notUnderstood(code) };
  const retryAtMs = opensAt(data);
  const reason = theirReason(notNow, code);
  return { kind: 'notAttempted', reason, ...(retryAtMs === undefined ? {} : { retryAtMs }) };
}

/** Why there is no answer to a question that they answered with a code. */
export function refusedOrNotUnderstood(code: number): Reason {
  return code in REJECTIONS || code in NOT_NOW ? theirReason('refused_by_agency', code) : notUnderstood(code);
}

/** The answer is theirs, and we cannot make sense of it. */
export function notUnderstood(code?: number): Reason {
  return {
    code: 'answer_not_understood',
    source: 'agency',
    ...(code === undefined ? {} : { detail: `code ${code}` }),
  };
}

function theirReason(code: ReasonCode, theirs: number): Reason {
  return { code, source: 'agency', detail: `code ${theirs}` };
}

function opensAt(data: unknown): number | undefined {
  const closed = closedSchema.safeParse(data);
  return closed.success && closed.data.opensAt ? Date.parse(closed.data.opensAt) : undefined;
}

/** Yuan, two decimals. */
export function toYuan(amount: Money): string {
  return formatMinor(amount.amountMinor, CURRENCY);
}

function yuan(decimal: string): Money {
  return money(parseMinor(decimal, CURRENCY), CURRENCY);
}
