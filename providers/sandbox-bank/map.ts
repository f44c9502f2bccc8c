import type {
  ChannelEvent,
  DebitOutcome,
  DebitRequest,
  NotAttempted,
  Reason,
  ReasonCode,
  RefundOutcome,
  RefundRequest,
  StatementFetch,
  Unknown,
} from '../../src/contract/index.ts';
import { codeTable } from '../../src/kernel/code-table.ts';
import { formatMinor, money, parseMinor } from '../../src/kernel/money.ts';
import type { BankAnswer } from './client.ts';
import type { BankSettings } from './settings.ts';
import {
  answerSchema,
  type BankOrder,
  type BankRefund,
  fileNotReadySchema,
  notificationSchema,
  orderSchema,
  refundSchema,
} from './wire.ts';

const CLOSE_REASONS = codeTable<ReasonCode>({
  CANCELLED_BY_PAYER: 'declined_by_resident',
  EXPIRED: 'confirmation_expired',
  INSUFFICIENT_FUNDS: 'insufficient_funds',
  LIMIT_EXCEEDED: 'limit_exceeded',
});
const REFUSE_REASONS = codeTable<ReasonCode>({ EXCEEDS_DEBIT: 'amount_not_allowed' });

/** Codes by which the bank says that it looked no further than the envelope of this one call. */
const NOT_TAKEN_IN = ['TIMESTAMP_OUT_OF_RANGE', 'NONCE_REPLAYED'];

export function toOrderRequest(request: DebitRequest, confirmation: BankSettings['confirmation']) {
  return {
    merOrderNo: request.reference,
    amount: formatMinor(request.amount.amountMinor, request.amount.currency),
    currency: request.amount.currency,
    subject: request.subject,
    expireTime: new Date(request.expiresAtMs).toISOString(),
    returnUrl: request.returnUrl,
    notifyUrl: request.notifyUrl,
    confirmation,
  };
}

export function toRefundRequest(request: RefundRequest) {
  return {
    merRefundNo: request.reference,
    merOrderNo: request.debitReference,
    amount: formatMinor(request.amount.amountMinor, request.amount.currency),
    currency: request.amount.currency,
    subject: request.subject,
  };
}

/** What an instruction to debit came to. */
export function toDebitOutcome(answer: BankAnswer, reference: string): DebitOutcome {
  const read = readAnswer(answer);
  if (read.kind === 'unclear') return notSent(answer) ?? read.unknown;
  return read.code === 'OK'
    ? orderOutcome(read.data, reference)
    : refusedInstruction(read.code, 'ORDER_CONFLICT');
}

/** What a question about a debit came to. A question that was not sent tells nothing about the debit. */
export function toDebitAnswer(answer: BankAnswer, reference: string): DebitOutcome {
  const read = readAnswer(answer);
  if (read.kind === 'unclear') return read.unknown;
  if (read.code === 'OK') return orderOutcome(read.data, reference);
  return read.code === 'ORDER_NOT_FOUND' ? referenceNotKnown() : notUnderstood(read.code);
}

/** What an instruction to refund came to. */
export function toRefundOutcome(answer: BankAnswer, reference: string): RefundOutcome {
  const read = readAnswer(answer);
  if (read.kind === 'unclear') return notSent(answer) ?? read.unknown;
  return read.code === 'OK'
    ? refundOutcome(read.data, reference)
    : refusedInstruction(read.code, 'REFUND_CONFLICT');
}

/** What a question about a refund came to. */
export function toRefundAnswer(answer: BankAnswer, reference: string): RefundOutcome {
  const read = readAnswer(answer);
  if (read.kind === 'unclear') return read.unknown;
  if (read.code === 'OK') return refundOutcome(read.data, reference);
  return read.code === 'REFUND_NOT_FOUND' ? referenceNotKnown() : notUnderstood(read.code);
}

export function toStatementFetch(answer: BankAnswer, businessDate: string): StatementFetch {
  if (answer.kind === 'answer' && answer.contentType.startsWith('text/csv')) {
    return {
      kind: 'ready',
      fileName: `sandbox-bank-${businessDate}.csv`,
      format: 'sandbox-bank-csv-1',
      content: answer.body,
    };
  }
  const read = readAnswer(answer);
  if (read.kind === 'unclear') return { kind: 'unavailable', reason: read.unknown.reason };
  if (read.code === 'NO_TRANSACTIONS') return { kind: 'emptyDay' };
  const notReady = fileNotReadySchema.safeParse(read.data);
  if (read.code === 'FILE_NOT_READY' && notReady.success) {
    return { kind: 'notReady', availableAtMs: Date.parse(notReady.data.availableTime) };
  }
  return { kind: 'unavailable', reason: notUnderstood(read.code).reason };
}

/** An authentic notification; `ignored` when it is of a kind that the manual does not list. */
export function toChannelEvent(eventId: string, text: string): ChannelEvent {
  const parsed = notificationSchema.safeParse(parseJson(text));
  if (!parsed.success) return { kind: 'ignored' };
  const { type, data } = parsed.data;
  if (type === 'refund.refunded') {
    return {
      kind: 'refund',
      eventId,
      reference: data.merRefundNo,
      outcome: refundOutcome(data, data.merRefundNo),
    };
  }
  return { kind: 'debit', eventId, reference: data.merOrderNo, outcome: orderOutcome(data, data.merOrderNo) };
}

function orderOutcome(data: unknown, reference: string): DebitOutcome {
  const parsed = orderSchema.safeParse(data);
  if (!parsed.success || parsed.data.merOrderNo !== reference) return notUnderstood();
  const order: BankOrder = parsed.data;
  switch (order.status) {
    case 'WAIT_CONFIRM':
      return { kind: 'awaitingResident', confirmUrl: order.cashierUrl };
    case 'PROCESSING':
      return pendingUntil(order.expectedTime);
    case 'DEBITED':
      return {
        kind: 'accepted',
        channelReference: order.bankOrderNo,
        debitedAtMs: Date.parse(order.debitTime),
        amount: money(parseMinor(order.amount, order.currency), order.currency),
      };
    case 'CLOSED':
      return rejected(CLOSE_REASONS[order.closeReason], order.closeReason);
  }
}

function refundOutcome(data: unknown, reference: string): RefundOutcome {
  const parsed = refundSchema.safeParse(data);
  if (!parsed.success || parsed.data.merRefundNo !== reference) return notUnderstood();
  const refund: BankRefund = parsed.data;
  switch (refund.status) {
    case 'PROCESSING':
      return pendingUntil(refund.expectedTime);
    case 'REFUNDED':
      return {
        kind: 'accepted',
        channelReference: refund.bankRefundNo,
        refundedAtMs: Date.parse(refund.refundTime),
      };
    case 'REFUSED':
      return rejected(REFUSE_REASONS[refund.refuseReason], refund.refuseReason);
  }
}

type Read = { kind: 'read'; code: string; data: unknown } | { kind: 'unclear'; unknown: Unknown };

/** The bank's own words, or why there are none that can be believed. */
function readAnswer(answer: BankAnswer): Read {
  switch (answer.kind) {
    case 'notSent':
      return unclear(answer.cause === 'tooBusy' ? 'too_busy' : 'channel_down', 'network');
    case 'noAnswer':
      return unclear(answer.cause === 'tooLarge' ? 'answer_not_understood' : 'no_answer', 'network');
    case 'notAuthentic':
      return unclear('answer_not_authentic', 'channel');
    case 'answer': {
      const parsed = answerSchema.safeParse(parseJson(answer.body.toString('utf8')));
      if (!parsed.success) return unclear('answer_not_understood', 'channel');
      return { kind: 'read', code: parsed.data.code, data: parsed.data.data };
    }
  }
}

function unclear(code: ReasonCode, source: Reason['source']): Read {
  return { kind: 'unclear', unknown: { kind: 'unknown', reason: { code, source } } };
}

/** An instruction that never left was certainly not carried out. */
function notSent(answer: BankAnswer): NotAttempted | null {
  if (answer.kind !== 'notSent') return null;
  return answer.cause === 'tooBusy'
    ? { kind: 'notAttempted', reason: { code: 'too_busy', source: 'civicpay' } }
    : { kind: 'notAttempted', reason: { code: 'channel_down', source: 'network' } };
}

function refusedInstruction(code: string, conflictCode: string) {
  if (code === conflictCode) return { kind: 'duplicate' } as const;
  if (code === 'REQUEST_INVALID') return rejected(undefined, code);
  if (!NOT_TAKEN_IN.includes(code)) return notUnderstood(code);
  const reason: Reason = { code: 'refused_by_channel', source: 'channel', detail: code };
  return { kind: 'notAttempted', reason } as const;
}

function referenceNotKnown(): NotAttempted {
  return { kind: 'notAttempted', reason: { code: 'reference_not_known', source: 'channel' } };
}

function rejected(code: ReasonCode = 'refused_by_channel', detail: string) {
  const reason: Reason = { code, source: 'channel', detail };
  return { kind: 'rejected', reason } as const;
}

function pendingUntil(expectedTime: string | undefined) {
  return { kind: 'pending', ...(expectedTime && { expectedByMs: Date.parse(expectedTime) }) } as const;
}

function notUnderstood(detail?: string): Unknown {
  const reason: Reason = { code: 'answer_not_understood', source: 'channel', ...(detail && { detail }) };
  return { kind: 'unknown', reason };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
