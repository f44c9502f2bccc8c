import { createHash } from 'node:crypto';
import type {
  AccountHolder,
  Bill,
  BillLine,
  LocalText,
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
import { formatMinor, type Money, money, parseMinor, sumMinor } from '../../src/kernel/money.ts';
import type { Answer } from './client.ts';
import {
  type Bills,
  billsSchema,
  closedSchema,
  fileNotReadySchema,
  fileSchema,
  holderSchema,
  paymentSchema,
  undoingSchema,
} from './wire.ts';

const CURRENCY = 'CNY';
const DONE = '000000';

/** Their refusals that are final: nothing was, or will be, done under the reference. */
const REJECTIONS = codeTable<ReasonCode>({
  '100001': 'account_not_found',
  '200001': 'amount_changed',
  '200002': 'bill_already_paid',
  '200003': 'bill_not_found',
  '200006': 'limit_exceeded',
  '200007': 'refused_by_agency',
  '200008': 'refused_by_agency',
  // All that is owed is paid at once.
  '200009': 'amount_not_allowed',
  // Of undoing: no such posting, undone before, too late to reverse, too early to refund.
  '300001': 'reference_not_known',
  '300002': 'refused_by_agency',
  '300003': 'refused_by_agency',
  '300004': 'refused_by_agency',
});

/** Their codes for "not now": nothing was done, and the same request may come again. */
const NOT_NOW = codeTable<ReasonCode>({
  '400001': 'outside_service_hours',
  '400002': 'under_maintenance',
  // Our key, clock or message does not suit them: an operator mends it, and nothing was done meanwhile.
  '900001': 'refused_by_agency',
  '900002': 'refused_by_agency',
  '900004': 'refused_by_agency',
});

/** What asking for bills came to. */
export function toQueryOutcome(answer: Answer, accountNumber: string): QueryOutcome {
  if (answer.kind !== 'answer') return { kind: 'unavailable', reason: answer.reason };
  const { rtnCode, body } = answer;
  switch (rtnCode) {
    case DONE: {
      const parsed = billsSchema.safeParse(body);
      const bills = parsed.success && parsed.data.AccountNo === accountNumber ? toBills(parsed.data) : null;
      if (!parsed.success || !bills) break;
      const { QueryNo, AccountNo } = parsed.data;
      return {
        kind: 'due',
        holder: toHolder(parsed.data),
        bills,
        queryReference: QueryNo,
        account: AccountNo,
      };
    }
    case '100002': {
      const holder = holderSchema.safeParse(body);
      if (holder.success) return { kind: 'nothingDue', holder: toHolder(holder.data) };
      break;
    }
    case '100001':
      return { kind: 'noSuchAccount', reason: theirReason('account_not_found', rtnCode) };
    case '400001':
    case '400002': {
      const opensAtMs = opensAt(answer);
      const reason = theirReason(
        rtnCode === '400001' ? 'outside_service_hours' : 'under_maintenance',
        rtnCode,
      );
      return { kind: 'closedNow', reason, ...(opensAtMs === undefined ? {} : { opensAtMs }) };
    }
  }
  return { kind: 'unavailable', reason: reasonOf(rtnCode) };
}

/** What telling them to post came to; `amount` is what we asked for. */
export function toPostingOutcome(answer: Answer, reference: string, amount: Money): PostingOutcome {
  if (answer.kind === 'notSent') return { kind: 'notAttempted', reason: answer.reason };
  if (answer.kind === 'unknown') return { kind: 'unknown', reason: answer.reason };
  const { rtnCode } = answer;
  if (rtnCode === DONE) return toPaymentState(answer, reference, amount);
  if (rtnCode === '200004') return { kind: 'duplicate' };
  return toRefusal(answer);
}

/** What asking for a payment by our reference came to. */
export function toPaymentQueryOutcome(answer: Answer, reference: string): PostingOutcome {
  // Not asking is not an answer: whatever was instructed before may still have been carried out.
  if (answer.kind !== 'answer') return { kind: 'unknown', reason: answer.reason };
  const { rtnCode } = answer;
  if (rtnCode === DONE) return toPaymentState(answer, reference);
  if (rtnCode === '200005')
    return { kind: 'notAttempted', reason: theirReason('reference_not_known', rtnCode) };
  return { kind: 'unknown', reason: reasonOf(rtnCode) };
}

/** What telling them to undo came to. */
export function toUndoOutcome(answer: Answer, request: UndoRequest): UndoOutcome {
  if (answer.kind === 'notSent') return { kind: 'notAttempted', reason: answer.reason };
  if (answer.kind === 'unknown') return { kind: 'unknown', reason: answer.reason };
  if (answer.rtnCode === '200004') return { kind: 'duplicate' };
  if (answer.rtnCode !== DONE) return toRefusal(answer);
  const parsed = undoingSchema.safeParse(answer.body);
  const isOurs =
    parsed.success &&
    parsed.data.OrderNo === request.reference &&
    parsed.data.OrigOrderNo === request.originalReference &&
    parsed.data.Amt === toYuan(request.amount);
  const undoneAtMs =
    isOurs && parsed.data.Status === '1' ? readChinaTimestamp(parsed.data.UndoTime) : undefined;
  if (!isOurs || undoneAtMs === undefined) return { kind: 'unknown', reason: notUnderstood(DONE) };
  return { kind: 'accepted', agencyReference: parsed.data.UndoNo, undoneAtMs };
}

/** What asking for the file of a date came to. */
export function toStatement(answer: Answer): StatementFetch {
  if (answer.kind !== 'answer') return { kind: 'unavailable', reason: answer.reason };
  const { rtnCode, body } = answer;
  if (rtnCode === '500002') return { kind: 'emptyDay' };
  if (rtnCode === '500001') {
    const notReady = fileNotReadySchema.safeParse(body);
    const availableAtMs = notReady.success ? readChinaTimestamp(notReady.data.AvailTime) : undefined;
    return { kind: 'notReady', ...(availableAtMs === undefined ? {} : { availableAtMs }) };
  }
  const file = rtnCode === DONE ? fileSchema.safeParse(body) : null;
  if (!file?.success) return { kind: 'unavailable', reason: reasonOf(rtnCode) };
  const content = Buffer.from(file.data.Content, 'base64');
  if (createHash('sha256').update(content).digest('hex') !== file.data.Digest) {
    return { kind: 'unavailable', reason: notUnderstood(rtnCode) };
  }
  return { kind: 'ready', fileName: file.data.FileName, format: 'gz-water-daily-v1', content };
}

/** Yuan, two decimals. */
export function toYuan(amount: Money): string {
  return formatMinor(amount.amountMinor, CURRENCY);
}

type Answered = Extract<Answer, { kind: 'answer' }>;

/** A code that is neither yes nor duplicate: a definite no, not now, or anybody's guess. */
function toRefusal(answer: Answered) {
  const { rtnCode } = answer;
  const rejection = REJECTIONS[rtnCode];
  if (rejection) return { kind: 'rejected', reason: theirReason(rejection, rtnCode) } as const;
  const notNow = NOT_NOW[rtnCode];
  if (!notNow) return { kind: 'unknown', reason: notUnderstood(rtnCode) } as const;
  const retryAtMs = opensAt(answer);
  const reason = theirReason(notNow, rtnCode);
  return { kind: 'notAttempted', reason, ...(retryAtMs === undefined ? {} : { retryAtMs }) } as const;
}

function toPaymentState({ body }: Answered, reference: string, amount?: Money): PostingOutcome {
  const parsed = paymentSchema.safeParse(body);
  // An answer about another payment, or another amount, tells nothing about ours.
  const isOurs =
    parsed.success &&
    parsed.data.OrderNo === reference &&
    (amount === undefined || parsed.data.PayAmt === toYuan(amount));
  if (!isOurs) return { kind: 'unknown', reason: notUnderstood(DONE) };
  const { Status, ReceiptNo, PostTime, ExpectTime, FailCode } = parsed.data;
  const postedAtMs = readChinaTimestamp(PostTime);
  if (Status === '1' && postedAtMs !== undefined)
    return { kind: 'accepted', agencyReference: ReceiptNo, postedAtMs };
  if (Status === '2') {
    const expectedByMs = readChinaTimestamp(ExpectTime);
    return { kind: 'pending', ...(expectedByMs === undefined ? {} : { expectedByMs }) };
  }
  if (Status === '3') {
    const code = REJECTIONS[FailCode ?? ''] ?? 'refused_by_agency';
    return { kind: 'rejected', reason: theirReason(code, FailCode ?? 'Status 3') };
  }
  return { kind: 'unknown', reason: notUnderstood(DONE) };
}

function opensAt({ body }: Answered): number | undefined {
  const closed = closedSchema.safeParse(body);
  return closed.success ? readChinaTimestamp(closed.data.OpenTime) : undefined;
}

/** The answer is theirs, and we cannot make sense of it. */
function notUnderstood(rtnCode: string): Reason {
  return { code: 'answer_not_understood', source: 'agency', detail: `RtnCode ${rtnCode}` };
}

function theirReason(code: ReasonCode, rtnCode: string): Reason {
  return { code, source: 'agency', detail: `RtnCode ${rtnCode}` };
}

/** For a question that they did not answer, whatever their reason. */
function reasonOf(rtnCode: string): Reason {
  const isKnown = rtnCode in REJECTIONS || rtnCode in NOT_NOW;
  return isKnown ? theirReason('refused_by_agency', rtnCode) : notUnderstood(rtnCode);
}

/** Null when their own sums do not add up: such a bill is not shown to anybody. */
function toBills({ Bill: theirs, TotalAmt }: Bills): Bill[] | null {
  const bills = theirs.map(toBill);
  const areSound = bills.every(
    (bill) => sumMinor(bill.lines.map(({ amount }) => amount.amountMinor)) === bill.amountDue.amountMinor,
  );
  const totalMinor = sumMinor(bills.map(({ amountDue }) => amountDue.amountMinor));
  return areSound && totalMinor === yuan(TotalAmt).amountMinor ? bills : null;
}

function toBill(bill: Bills['Bill'][number]): Bill {
  const lateFee = yuan(bill.LateFee);
  const lines = bill.Item.map(toLine);
  if (lateFee.amountMinor > 0) {
    lines.push({ kind: 'lateFee', label: { 'zh-CN': '违约金', en: 'Late fee' }, amount: lateFee });
  }
  return {
    billId: bill.BillNo,
    period: `${bill.Period.slice(0, 4)}-${bill.Period.slice(4)}`,
    amountDue: yuan(bill.TotalAmt),
    lines,
    dueDate: `${bill.DueDate.slice(0, 4)}-${bill.DueDate.slice(4, 6)}-${bill.DueDate.slice(6)}`,
    facts: [
      { label: { 'zh-CN': '计费月数', en: 'Months' }, value: bill.Months },
      { label: { 'zh-CN': '本期用水', en: 'Used' }, value: `${bill.Volume} m³` },
      { label: { 'zh-CN': '上期示数', en: 'Previous reading' }, value: bill.LastRead },
      { label: { 'zh-CN': '本期示数', en: 'Present reading' }, value: bill.ThisRead },
    ],
  };
}

const ITEMS = codeTable<{ kind: BillLine['kind']; label: LocalText; unit: string }>({
  W1: { kind: 'usage', label: { 'zh-CN': '第一级水费', en: 'First tier' }, unit: 'm³' },
  W2: { kind: 'usage', label: { 'zh-CN': '第二级水费', en: 'Second tier' }, unit: 'm³' },
  W3: { kind: 'usage', label: { 'zh-CN': '第三级水费', en: 'Third tier' }, unit: 'm³' },
  WS: { kind: 'sewage', label: { 'zh-CN': '污水处理费', en: 'Sewage treatment' }, unit: 'm³' },
  LJ: { kind: 'surcharge', label: { 'zh-CN': '生活垃圾处理费', en: 'Household waste' }, unit: '月' },
});

/** A charge we have no name for is shown under theirs: it is still part of the sum. */
function toLine(item: Bills['Bill'][number]['Item'][number]): BillLine {
  const { kind, label, unit } = ITEMS[item.Code] ?? {
    kind: 'other',
    label: { 'zh-CN': item.Name, en: item.Name },
    unit: 'm³',
  };
  return {
    kind,
    label,
    amount: yuan(item.Amt),
    quantity: { quantity: item.Qty, unit, unitPrice: item.Price },
  };
}

/** They mask; should they once forget, we do. */
function toHolder({ CustName, CustAddr }: { CustName: string; CustAddr: string }): AccountHolder {
  const maskedName = CustName.includes('*') ? CustName : `${[...CustName][0] ?? ''}**`;
  const maskedAddress = CustAddr.includes('*') ? CustAddr : `${[...CustAddr].slice(0, 6).join('')}****`;
  return { maskedName, maskedAddress };
}

function yuan(decimal: string): Money {
  return money(parseMinor(decimal, CURRENCY), CURRENCY);
}
