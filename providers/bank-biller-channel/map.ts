import type {
  AccountHolder,
  Bill,
  BillLine,
  PlansOutcome,
  PostingOutcome,
  QueryOutcome,
  Reason,
  ReasonCode,
  ValidationOutcome,
} from '../../src/contract/index.ts';
import { readChinaTimestamp } from '../../src/kernel/china-time.ts';
import { codeTable } from '../../src/kernel/code-table.ts';
import { type Money, money, sumMinor } from '../../src/kernel/money.ts';
import type { Answer } from './client.ts';
import {
  accountSchema,
  type Bills,
  billsSchema,
  closedSchema,
  orderSchema,
  packagesSchema,
  replySchema,
} from './wire.ts';

const CURRENCY = 'CNY';

/** Their refusals that are final: nothing was, or will be, carried out under the order number. */
const REJECTIONS = codeTable<ReasonCode>({
  ACCOUNT_NOT_FOUND: 'account_not_found',
  AMOUNT_MISMATCH: 'amount_changed',
  ALL_BILLS_AT_ONCE: 'amount_changed',
  AMOUNT_NOT_ALLOWED: 'amount_not_allowed',
  BILL_SETTLED: 'bill_already_paid',
  BILL_NOT_FOUND: 'bill_not_found',
  OVER_LIMIT: 'limit_exceeded',
  PACKAGE_NOT_OFFERED: 'refused_by_agency',
  STALE_PAY_TIME: 'refused_by_agency',
  REFUSED_BY_BILLER: 'refused_by_agency',
  BILLER_NOT_CARRIED: 'refused_by_agency',
});

/** Their codes for "not now": nothing was done, and the same order may come again. */
const NOT_NOW = codeTable<ReasonCode>({
  OUTSIDE_HOURS: 'outside_service_hours',
  MAINTENANCE: 'under_maintenance',
  // Our key, clock or message does not suit them: an operator mends it, and nothing was done meanwhile.
  BAD_SIGNATURE: 'refused_by_agency',
  STALE_MESSAGE: 'refused_by_agency',
  BAD_MESSAGE: 'refused_by_agency',
});

/** What any look-up may come to beside what was asked for. */
type NoLookUp = Exclude<ValidationOutcome, { kind: 'valid' }>;

export function toQueryOutcome(answer: Answer): QueryOutcome {
  const reply = readReply(answer);
  if (!reply.isReply) return { kind: 'unavailable', reason: reply.reason };
  if (reply.code === 'SUCCESS') {
    const parsed = billsSchema.safeParse(reply.data);
    const bills = parsed.success ? toBills(parsed.data) : null;
    if (parsed.success && bills) {
      const { holder, queryId } = parsed.data;
      return { kind: 'due', holder: toHolder(holder), bills, queryReference: queryId };
    }
  }
  if (reply.code === 'NO_ARREARS') {
    const parsed = accountSchema.safeParse(reply.data);
    if (parsed.success) return { kind: 'nothingDue', holder: toHolder(parsed.data.holder) };
  }
  return toNoLookUp(reply);
}

export function toValidationOutcome(answer: Answer): ValidationOutcome {
  const reply = readReply(answer);
  if (!reply.isReply) return { kind: 'unavailable', reason: reply.reason };
  const parsed = accountSchema.safeParse(reply.data);
  if (reply.code !== 'SUCCESS' || !parsed.success) return toNoLookUp(reply);
  return { kind: 'valid', holder: toHolder(parsed.data.holder), queryReference: parsed.data.queryId };
}

export function toPlansOutcome(answer: Answer): PlansOutcome {
  const reply = readReply(answer);
  if (!reply.isReply) return { kind: 'unavailable', reason: reply.reason };
  const parsed = packagesSchema.safeParse(reply.data);
  if (reply.code !== 'SUCCESS' || !parsed.success) return toNoLookUp(reply);
  const { holder, queryId, packages } = parsed.data;
  const plans = packages.map(({ packageId, nameZh, nameEn, priceFen }) => ({
    planId: packageId,
    name: { 'zh-CN': nameZh, en: nameEn },
    price: fen(priceFen),
  }));
  return { kind: 'plans', holder: toHolder(holder), plans, queryReference: queryId };
}

/** What telling them to pay came to; `amount` is what we asked for. */
export function toPostingOutcome(answer: Answer, reference: string, amount: Money): PostingOutcome {
  if (answer.kind === 'notSent') return { kind: 'notAttempted', reason: answer.reason };
  const reply = readReply(answer);
  if (!reply.isReply) return { kind: 'unknown', reason: reply.reason };
  const { code, data } = reply;
  if (code === 'SUCCESS') return toOrderState(data, reference, amount);
  if (code === 'ORDER_REPEATED') return { kind: 'duplicate' };
  const rejection = REJECTIONS[code];
  if (rejection) return { kind: 'rejected', reason: theirReason(rejection, code) };
  const notNow = NOT_NOW[code];
  if (!notNow) return { kind: 'unknown', reason: notUnderstood(code) };
  const retryAtMs = opensAt(data);
  return {
    kind: 'notAttempted',
    reason: theirReason(notNow, code),
    ...(retryAtMs === undefined ? {} : { retryAtMs }),
  };
}

/** What asking for an order by our reference came to. */
export function toPaymentQueryOutcome(answer: Answer, reference: string): PostingOutcome {
  const reply = readReply(answer);
  // Not asking is not an answer: whatever was instructed before may still have been carried out.
  if (!reply.isReply) return { kind: 'unknown', reason: reply.reason };
  const { code, data } = reply;
  if (code === 'SUCCESS') return toOrderState(data, reference);
  if (code === 'ORDER_NOT_FOUND') {
    return { kind: 'notAttempted', reason: theirReason('reference_not_known', code) };
  }
  return { kind: 'unknown', reason: refusedOrNotUnderstood(code) };
}

type Reply = { isReply: true; code: string; data?: unknown } | { isReply: false; reason: Reason };

/** The code and data of an answer, or why there are none. */
export function readReply(answer: Answer): Reply {
  if (answer.kind !== 'answer') return { isReply: false, reason: answer.reason };
  const parsed = replySchema.safeParse(answer.content);
  return parsed.success ? { isReply: true, ...parsed.data } : { isReply: false, reason: notUnderstood() };
}

/** Why there is no answer to a question that they answered with a code. */
export function refusedOrNotUnderstood(code: string): Reason {
  const isKnown = code in REJECTIONS || code in NOT_NOW;
  return isKnown ? theirReason('refused_by_agency', code) : notUnderstood(code);
}

function toNoLookUp({ code, data }: { code: string; data?: unknown }): NoLookUp {
  if (code === 'ACCOUNT_NOT_FOUND')
    return { kind: 'noSuchAccount', reason: theirReason('account_not_found', code) };
  if (code === 'OUTSIDE_HOURS' || code === 'MAINTENANCE') {
    const opensAtMs = opensAt(data);
    const reason = theirReason(code === 'MAINTENANCE' ? 'under_maintenance' : 'outside_service_hours', code);
    return { kind: 'closedNow', reason, ...(opensAtMs === undefined ? {} : { opensAtMs }) };
  }
  return { kind: 'unavailable', reason: refusedOrNotUnderstood(code) };
}

function toOrderState(data: unknown, reference: string, amount?: Money): PostingOutcome {
  const parsed = orderSchema.safeParse(data);
  // An answer about another order, or another amount, tells nothing about ours.
  const isOurs =
    parsed.success &&
    parsed.data.orderNo === reference &&
    (amount === undefined || parsed.data.amount === amount.amountMinor);
  if (!isOurs) return { kind: 'unknown', reason: notUnderstood('SUCCESS') };
  const { state, serialNo, doneTime, expectTime, failCode = 'FAILED' } = parsed.data;
  const postedAtMs = readChinaTimestamp(doneTime);
  if (state === 'DONE' && postedAtMs !== undefined)
    return { kind: 'accepted', agencyReference: serialNo, postedAtMs };
  if (state === 'IN_PROGRESS') {
    const expectedByMs = readChinaTimestamp(expectTime);
    return { kind: 'pending', ...(expectedByMs === undefined ? {} : { expectedByMs }) };
  }
  if (state === 'FAILED') {
    return { kind: 'rejected', reason: theirReason(REJECTIONS[failCode] ?? 'refused_by_agency', failCode) };
  }
  return { kind: 'unknown', reason: notUnderstood('SUCCESS') };
}

/** Null when their own sums do not add up: such a bill is not shown to anybody. */
function toBills({ bills, total }: Bills): Bill[] | null {
  const areSound = bills.every((bill) => sumMinor(bill.items.map(({ amount }) => amount)) === bill.amount);
  if (!areSound || sumMinor(bills.map(({ amount }) => amount)) !== total) return null;
  return bills.map(({ billNo, month, amount, dueDate, items }) => ({
    billId: billNo,
    period: `${month.slice(0, 4)}-${month.slice(4)}`,
    amountDue: fen(amount),
    lines: items.map(toLine),
    dueDate: dueDate.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'),
  }));
}

const ITEM_KINDS = codeTable<BillLine['kind']>({
  USE: 'usage',
  BASE: 'basic',
  SEWAGE: 'sewage',
});

function toLine({ code, nameZh, nameEn, amount }: Bills['bills'][number]['items'][number]): BillLine {
  return { kind: ITEM_KINDS[code] ?? 'other', label: { 'zh-CN': nameZh, en: nameEn }, amount: fen(amount) };
}

/** They mask; should they once forget, we do. */
function toHolder({ name, address }: { name: string; address: string }): AccountHolder {
  return {
    maskedName: name.includes('*') ? name : `${[...name][0] ?? ''}**`,
    maskedAddress: address.includes('*') ? address : `${[...address].slice(0, 6).join('')}****`,
  };
}

function opensAt(data: unknown): number | undefined {
  const closed = closedSchema.safeParse(data);
  return closed.success ? readChinaTimestamp(closed.data.openTime) : undefined;
}

/** The answer is theirs, and we cannot make sense of it. */
export function notUnderstood(code?: string): Reason {
  return { code: 'answer_not_understood', source: 'agency', ...(code ? { detail: `code ${code}` } : {}) };
}

function theirReason(code: ReasonCode, theirs: string): Reason {
  return { code, source: 'agency', detail: `code ${theirs}` };
}

function fen(amountMinor: number): Money {
  return money(amountMinor, CURRENCY);
}
