import type {
  AccountHolder,
  Bill,
  BillLine,
  LocalText,
  PostingOutcome,
  QueryOutcome,
  Reason,
  ReasonCode,
} from '../../src/contract/index.ts';
import { readChinaTimestamp } from '../../src/kernel/china-time.ts';
import { codeTable } from '../../src/kernel/code-table.ts';
import { formatMinor, type Money, money, parseMinor, sumMinor } from '../../src/kernel/money.ts';
import type { Answer } from './client.ts';
import {
  type Arrears,
  arrearsSchema,
  closedSchema,
  nothingDueSchema,
  paymentSchema,
  replySchema,
} from './wire.ts';

const CURRENCY = 'CNY';

/** Their refusals that are final: nothing was, or will be, posted under the reference. */
const REJECTIONS = codeTable<ReasonCode>({
  '1001': 'account_not_found',
  '2001': 'amount_changed',
  '2002': 'bill_already_paid',
  '2003': 'bill_not_found',
  '2006': 'limit_exceeded',
  '2007': 'refused_by_agency',
  '2008': 'refused_by_agency',
});

/** Their codes for "not now": nothing was done, and the same request may come again. */
const NOT_NOW = codeTable<ReasonCode>({
  '3001': 'outside_service_hours',
  '3002': 'under_maintenance',
  // Our credentials, clock or request do not suit them: an operator mends it, and nothing was done meanwhile.
  '9001': 'refused_by_agency',
  '9002': 'refused_by_agency',
  '9004': 'refused_by_agency',
});

/** What asking for arrears came to. */
export function toQueryOutcome(answer: Answer): QueryOutcome {
  if (answer.kind !== 'answer') return { kind: 'unavailable', reason: answer.reason };
  const reply = readReply(answer);
  switch (reply?.rtnCode) {
    case '0000': {
      const arrears = arrearsSchema.safeParse(reply.data);
      const bills = arrears.success ? toBills(arrears.data) : null;
      if (!arrears.success || !bills) break;
      return { kind: 'due', holder: toHolder(arrears.data), bills, queryReference: arrears.data.qryNo };
    }
    case '1002': {
      const nothing = nothingDueSchema.safeParse(reply.data);
      if (!nothing.success) break;
      const { nextRcvblDate } = nothing.data;
      return {
        kind: 'nothingDue',
        holder: toHolder(nothing.data),
        ...(nextRcvblDate ? { nextBillOn: toDate(nextRcvblDate) } : {}),
      };
    }
    case '1001':
      return { kind: 'noSuchAccount', reason: theirReason('account_not_found', reply.rtnCode) };
    case '3001':
    case '3002': {
      const { rtnCode } = reply;
      const opensAtMs = opensAt(reply.data);
      const reason = theirReason(rtnCode === '3001' ? 'outside_service_hours' : 'under_maintenance', rtnCode);
      return { kind: 'closedNow', reason, ...(opensAtMs === undefined ? {} : { opensAtMs }) };
    }
    default:
      if (reply && (reply.rtnCode in REJECTIONS || reply.rtnCode in NOT_NOW)) {
        return { kind: 'unavailable', reason: theirReason('refused_by_agency', reply.rtnCode) };
      }
  }
  return { kind: 'unavailable', reason: notUnderstood(reply?.rtnCode) };
}

/** What telling them to post came to; `amount` is what we asked for. */
export function toPostingOutcome(answer: Answer, reference: string, amount: Money): PostingOutcome {
  if (answer.kind === 'notSent') return { kind: 'notAttempted', reason: answer.reason };
  if (answer.kind === 'unknown') return { kind: 'unknown', reason: answer.reason };
  const reply = readReply(answer);
  if (!reply) return { kind: 'unknown', reason: notUnderstood() };
  const { rtnCode } = reply;
  if (rtnCode === '0000') return toPaymentState(reply.data, reference, amount);
  if (rtnCode === '2004') return { kind: 'duplicate' };
  const rejection = REJECTIONS[rtnCode];
  if (rejection) return { kind: 'rejected', reason: theirReason(rejection, rtnCode) };
  return toNotNow(reply) ?? { kind: 'unknown', reason: notUnderstood(rtnCode) };
}

/** What asking for a payment by our reference came to. */
export function toPaymentQueryOutcome(answer: Answer, reference: string): PostingOutcome {
  // Not asking is not an answer: whatever was instructed before may still have been carried out.
  if (answer.kind !== 'answer') return { kind: 'unknown', reason: answer.reason };
  const reply = readReply(answer);
  if (!reply) return { kind: 'unknown', reason: notUnderstood() };
  if (reply.rtnCode === '0000') return toPaymentState(reply.data, reference);
  if (reply.rtnCode === '2005') {
    return { kind: 'notAttempted', reason: theirReason('reference_not_known', reply.rtnCode) };
  }
  const isKnown = reply.rtnCode in REJECTIONS || reply.rtnCode in NOT_NOW;
  const reason = isKnown ? theirReason('refused_by_agency', reply.rtnCode) : notUnderstood(reply.rtnCode);
  return { kind: 'unknown', reason };
}

/** The code and data of a JSON answer; null when it is not one. */
export function readReply(answer: Answer & { kind: 'answer' }): { rtnCode: string; data?: unknown } | null {
  if (!answer.contentType.startsWith('application/json')) return null;
  try {
    const reply = replySchema.safeParse(JSON.parse(Buffer.from(answer.body).toString('utf8')));
    return reply.success ? reply.data : null;
  } catch {
    return null;
  }
}

/** The answer is theirs, and we cannot make sense of it. */
export function notUnderstood(rtnCode?: string): Reason {
  return {
    code: 'answer_not_understood',
    source: 'agency',
    ...(rtnCode ? { detail: `rtnCode ${rtnCode}` } : {}),
  };
}

export function theirReason(code: ReasonCode, rtnCode: string): Reason {
  return { code, source: 'agency', detail: `rtnCode ${rtnCode}` };
}

/** Yuan, two decimals. */
export function toYuan(amount: Money): string {
  return formatMinor(amount.amountMinor, CURRENCY);
}

function toPaymentState(data: unknown, reference: string, amount?: Money): PostingOutcome {
  const parsed = paymentSchema.safeParse(data);
  // An answer about another payment, or another amount, tells nothing about ours.
  const isOurs =
    parsed.success &&
    parsed.data.merOrderNo === reference &&
    (amount === undefined || parsed.data.payAmt === toYuan(amount));
  if (!isOurs) return { kind: 'unknown', reason: notUnderstood('0000') };
  const { procStatus, chrgNo, chrgTime, expTime, failCode } = parsed.data;
  const postedAtMs = readChinaTimestamp(chrgTime);
  if (procStatus === 'S' && postedAtMs !== undefined)
    return { kind: 'accepted', agencyReference: chrgNo, postedAtMs };
  if (procStatus === 'P') {
    const expectedByMs = readChinaTimestamp(expTime);
    return { kind: 'pending', ...(expectedByMs === undefined ? {} : { expectedByMs }) };
  }
  if (procStatus === 'F') {
    const code = REJECTIONS[failCode ?? ''] ?? 'refused_by_agency';
    return { kind: 'rejected', reason: theirReason(code, failCode ?? 'F') };
  }
  return { kind: 'unknown', reason: notUnderstood('0000') };
}

function toNotNow({ rtnCode, data }: { rtnCode: string; data?: unknown }): PostingOutcome | null {
  const code = NOT_NOW[rtnCode];
  if (!code) return null;
  const retryAtMs = opensAt(data);
  return {
    kind: 'notAttempted',
    reason: theirReason(code, rtnCode),
    ...(retryAtMs === undefined ? {} : { retryAtMs }),
  };
}

function opensAt(data: unknown): number | undefined {
  const closed = closedSchema.safeParse(data);
  return closed.success ? readChinaTimestamp(closed.data.openTime) : undefined;
}

/** Null when their own sums do not add up: such a bill is not shown to anybody. */
function toBills({ arrears, totalAmt }: Arrears): Bill[] | null {
  const bills = arrears.map(toBill);
  const areSound = bills.every(
    (bill) => sumMinor(bill.lines.map(({ amount }) => amount.amountMinor)) === bill.amountDue.amountMinor,
  );
  const totalMinor = sumMinor(bills.map(({ amountDue }) => amountDue.amountMinor));
  return areSound && totalMinor === yuan(totalAmt).amountMinor ? bills : null;
}

function toBill(arrear: Arrears['arrears'][number]): Bill {
  const lateFee = yuan(arrear.penaltyAmt);
  const lines = arrear.items.map(toLine);
  if (lateFee.amountMinor > 0) {
    lines.push({ kind: 'lateFee', label: { 'zh-CN': '违约金', en: 'Late fee' }, amount: lateFee });
  }
  return {
    billId: arrear.rcvblNo,
    period: `${arrear.rcvblYm.slice(0, 4)}-${arrear.rcvblYm.slice(4)}`,
    amountDue: yuan(arrear.totalAmt),
    lines,
    dueDate: toDate(arrear.dueDate),
    facts: [
      { label: { 'zh-CN': '电价', en: 'Tariff' }, value: arrear.tariff === 'JT' ? '阶梯' : '峰谷分时' },
      { label: { 'zh-CN': '本期用电', en: 'Used' }, value: `${arrear.pq} kWh` },
      { label: { 'zh-CN': '上期示数', en: 'Previous reading' }, value: arrear.lastRd },
      { label: { 'zh-CN': '本期示数', en: 'Present reading' }, value: arrear.thisRd },
    ],
  };
}

const ITEM_LABELS = codeTable<{ kind: BillLine['kind']; label: LocalText }>({
  T1: { kind: 'usage', label: { 'zh-CN': '第一档电量', en: 'First tier' } },
  T2: { kind: 'usage', label: { 'zh-CN': '第二档电量', en: 'Second tier' } },
  T3: { kind: 'usage', label: { 'zh-CN': '第三档电量', en: 'Third tier' } },
  TP: { kind: 'usage', label: { 'zh-CN': '峰段电量', en: 'Peak hours' } },
  TF: { kind: 'usage', label: { 'zh-CN': '平段电量', en: 'Flat hours' } },
  TV: { kind: 'usage', label: { 'zh-CN': '谷段电量', en: 'Valley hours' } },
  A2: { kind: 'surcharge', label: { 'zh-CN': '第二档加价', en: 'Second-tier surcharge' } },
  A3: { kind: 'surcharge', label: { 'zh-CN': '第三档加价', en: 'Third-tier surcharge' } },
});

/** A charge we have no name for is shown under theirs: it is still part of the sum. */
function toLine(item: Arrears['arrears'][number]['items'][number]): BillLine {
  const { kind, label } = ITEM_LABELS[item.itemCode] ?? {
    kind: 'other',
    label: { 'zh-CN': item.itemName, en: item.itemName },
  };
  const quantity = { quantity: item.pq, unit: 'kWh', unitPrice: item.prc };
  return { kind, label, amount: yuan(item.amt), quantity };
}

/** They mask; should they once forget, we do. */
function toHolder({ consName, consAddr }: { consName: string; consAddr: string }): AccountHolder {
  const maskedName = consName.includes('*') ? consName : `${[...consName][0] ?? ''}**`;
  const maskedAddress = consAddr.includes('*') ? consAddr : `${[...consAddr].slice(0, 6).join('')}****`;
  return { maskedName, maskedAddress };
}

function toDate(day: string): string {
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}`;
}

function yuan(decimal: string): Money {
  return money(parseMinor(decimal, CURRENCY), CURRENCY);
}
