import { createHash } from 'node:crypto';
import type {
  BillPayment,
  Fulfilment,
  PostingOutcome,
  PostingRequest,
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
  closedSchema,
  fileNotReadySchema,
  fileSchema,
  type Payment,
  paymentSchema,
  undoingSchema,
} from './wire.ts';

const CURRENCY = 'CNY';
export const DONE = '10000';

/** Their refusals that are final: nothing was, or will be, done under the reference. */
const REJECTIONS = codeTable<ReasonCode>({
  '40101': 'account_not_found',
  '40103': 'account_not_found',
  '40201': 'amount_changed',
  '40202': 'bill_already_paid',
  '40203': 'bill_not_found',
  '40206': 'limit_exceeded',
  '40207': 'refused_by_agency',
  '40208': 'refused_by_agency',
  // Older months come first.
  '40209': 'amount_not_allowed',
  '40210': 'amount_not_allowed',
  // What was chosen is not offered to this meter.
  '40211': 'refused_by_agency',
  // Of undoing: no such posting, undone before, too late to reverse, too early to refund, gas handed over.
  '40301': 'reference_not_known',
  '40302': 'refused_by_agency',
  '40303': 'refused_by_agency',
  '40304': 'refused_by_agency',
  '40305': 'refused_by_agency',
});

/** Their codes for "not now": nothing was done, and the same request may come again. */
const NOT_NOW = codeTable<ReasonCode>({
  '50301': 'outside_service_hours',
  '50302': 'under_maintenance',
  // Our key, clock or form does not suit them: an operator mends it, and nothing was done meanwhile.
  '40001': 'refused_by_agency',
  '40002': 'refused_by_agency',
  '40004': 'refused_by_agency',
});

export type Answered = Extract<Answer, { kind: 'answer' }>;

/** What of a bill is paid; a part goes to the late fee first, as far as we spread it. */
export function toPart({ billId, amount, charges }: BillPayment): object {
  const lateFeeMinor = sumMinor(
    (charges ?? []).filter(({ kind }) => kind === 'lateFee').map((charge) => charge.amount.amountMinor),
  );
  const spread = charges ? { late_fee: formatMinor(lateFeeMinor, CURRENCY) } : {};
  return { bill_no: billId, amount: toYuan(amount), ...spread };
}

/** What telling them to post came to. */
export function toPostingOutcome(
  answer: Answer,
  { reference, amount, planId }: Pick<PostingRequest, 'reference' | 'amount' | 'planId'>,
): PostingOutcome {
  if (answer.kind === 'notSent') return { kind: 'notAttempted', reason: answer.reason };
  if (answer.kind === 'unknown') return { kind: 'unknown', reason: answer.reason };
  if (answer.code === '40204') return { kind: 'duplicate' };
  if (answer.code !== DONE) return toRefusal(answer);
  const outcome = toPaymentState(answer, reference, amount);
  // Gas that was bought and not handed over is of no use yet: asking again brings the token.
  const isIncomplete = outcome.kind === 'accepted' && planId !== undefined && !outcome.fulfilment;
  return isIncomplete ? { kind: 'unknown', reason: notUnderstood(DONE) } : outcome;
}

/** What asking for a payment by our reference came to. */
export function toPaymentQueryOutcome(answer: Answer, reference: string): PostingOutcome {
  // Not asking is not an answer: whatever was instructed before may still have been carried out.
  if (answer.kind !== 'answer') return { kind: 'unknown', reason: answer.reason };
  const { code } = answer;
  if (code === DONE) return toPaymentState(answer, reference);
  if (code === '40205') return { kind: 'notAttempted', reason: theirReason('reference_not_known', code) };
  return { kind: 'unknown', reason: reasonOf(code) };
}

/** What telling them to undo came to. */
export function toUndoOutcome(answer: Answer, request: UndoRequest): UndoOutcome {
  if (answer.kind === 'notSent') return { kind: 'notAttempted', reason: answer.reason };
  if (answer.kind === 'unknown') return { kind: 'unknown', reason: answer.reason };
  if (answer.code === '40204') return { kind: 'duplicate' };
  if (answer.code !== DONE) return toRefusal(answer);
  const parsed = undoingSchema.safeParse(answer.data);
  const isOurs =
    parsed.success &&
    parsed.data.order_no === request.reference &&
    parsed.data.orig_order_no === request.originalReference &&
    parsed.data.amount === toYuan(request.amount);
  const undoneAtMs =
    isOurs && parsed.data.status === 'SUCCESS' ? readChinaTimestamp(parsed.data.undo_time) : undefined;
  if (!isOurs || undoneAtMs === undefined) return { kind: 'unknown', reason: notUnderstood(DONE) };
  return { kind: 'accepted', agencyReference: parsed.data.gas_no, undoneAtMs };
}

/** What asking for the file of a date came to. */
export function toStatement(answer: Answer): StatementFetch {
  if (answer.kind !== 'answer') return { kind: 'unavailable', reason: answer.reason };
  const { code, data } = answer;
  if (code === '50402') return { kind: 'emptyDay' };
  if (code === '50401') {
    const notReady = fileNotReadySchema.safeParse(data);
    const availableAtMs = notReady.success ? readChinaTimestamp(notReady.data.avail_time) : undefined;
    return { kind: 'notReady', ...(availableAtMs === undefined ? {} : { availableAtMs }) };
  }
  const file = code === DONE ? fileSchema.safeParse(data) : null;
  if (!file?.success) return { kind: 'unavailable', reason: reasonOf(code) };
  const content = Buffer.from(file.data.content, 'base64');
  if (createHash('sha256').update(content).digest('hex') !== file.data.sha256) {
    return { kind: 'unavailable', reason: notUnderstood(code) };
  }
  return { kind: 'ready', fileName: file.data.file_name, format: 'gz-gas-daily-v1', content };
}

/** Null when they do not say that they are closed. */
export function closedNow(
  answer: Answered,
): { kind: 'closedNow'; reason: Reason; opensAtMs?: number } | null {
  const { code } = answer;
  if (code !== '50301' && code !== '50302') return null;
  const opensAtMs = opensAt(answer);
  const reason = theirReason(NOT_NOW[code] ?? 'refused_by_agency', code);
  return { kind: 'closedNow', reason, ...(opensAtMs === undefined ? {} : { opensAtMs }) };
}

/** Yuan, two decimals. */
export function toYuan(amount: Money): string {
  return formatMinor(amount.amountMinor, CURRENCY);
}

/** The inverse of `toYuan`. */
export function yuan(decimal: string): Money {
  return money(parseMinor(decimal, CURRENCY), CURRENCY);
}

export function theirReason(reason: ReasonCode, code: string): Reason {
  return { code: reason, source: 'agency', detail: `code ${code}` };
}

/** For a question that they did not answer, whatever their reason. */
export function reasonOf(code: string): Reason {
  return code in REJECTIONS || code in NOT_NOW ? theirReason('refused_by_agency', code) : notUnderstood(code);
}

/** The answer is theirs, and we cannot make sense of it. */
function notUnderstood(code: string): Reason {
  return theirReason('answer_not_understood', code);
}

/** A code that is neither yes nor duplicate: a definite no, not now, or anybody's guess. */
function toRefusal(answer: Answered) {
  const { code } = answer;
  const rejection = REJECTIONS[code];
  if (rejection) return { kind: 'rejected', reason: theirReason(rejection, code) } as const;
  const notNow = NOT_NOW[code];
  if (!notNow) return { kind: 'unknown', reason: notUnderstood(code) } as const;
  const retryAtMs = opensAt(answer);
  const reason = theirReason(notNow, code);
  return { kind: 'notAttempted', reason, ...(retryAtMs === undefined ? {} : { retryAtMs }) } as const;
}

function toPaymentState({ data }: Answered, reference: string, amount?: Money): PostingOutcome {
  const parsed = paymentSchema.safeParse(data);
  // An answer about another payment, or another amount, tells nothing about ours.
  const isOurs =
    parsed.success &&
    parsed.data.order_no === reference &&
    (amount === undefined || parsed.data.pay_amount === toYuan(amount));
  if (!isOurs) return { kind: 'unknown', reason: notUnderstood(DONE) };
  const { status, gas_no, post_time, expect_time, fail_code, supply } = parsed.data;
  const postedAtMs = readChinaTimestamp(post_time);
  if (status === 'SUCCESS' && postedAtMs !== undefined) {
    const handedOver = supply ? { fulfilment: toFulfilment(supply) } : {};
    return { kind: 'accepted', agencyReference: gas_no, postedAtMs, ...handedOver };
  }
  if (status === 'PROCESSING') {
    const expectedByMs = readChinaTimestamp(expect_time);
    return { kind: 'pending', ...(expectedByMs === undefined ? {} : { expectedByMs }) };
  }
  if (status === 'FAIL') {
    const code = REJECTIONS[fail_code ?? ''] ?? 'refused_by_agency';
    return { kind: 'rejected', reason: theirReason(code, fail_code ?? 'FAIL') };
  }
  return { kind: 'unknown', reason: notUnderstood(DONE) };
}

/** What the resident still has to do with gas that was bought. */
export function toFulfilment(supply: NonNullable<Payment['supply']>): Fulfilment {
  if (supply.type === 'TOKEN') return { kind: 'token', token: supply.token, units: `${supply.volume} m³` };
  return {
    kind: 'cardWrite',
    instruction: {
      'zh-CN': `请持燃气卡到自助写卡终端或营业网点，输入写卡码，写入 ${supply.volume} 立方米，再把卡插入燃气表。`,
      en: `Take the gas card to a card terminal or service counter, enter the code to have ${supply.volume} m³ written onto it, then insert the card into the meter.`,
    },
    code: supply.write_code,
  };
}

function opensAt({ data }: Answered): number | undefined {
  const closed = closedSchema.safeParse(data);
  return closed.success ? readChinaTimestamp(closed.data.open_time) : undefined;
}
