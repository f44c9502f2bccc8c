import type {
  AccountHolder,
  Bill,
  Outcome,
  PlansOutcome,
  PostingAccepted,
  PostingOutcome,
  PostingRequest,
  QueryOutcome,
  Reason,
  ReasonCode,
  StatementFetch,
  UndoOutcome,
  UndoRequest,
  ValidationOutcome,
} from '../../src/contract/index.ts';
import { REASON_CODES } from '../../src/contract/index.ts';
import { type Money, sumMinor } from '../../src/kernel/money.ts';
import type { Answer } from './client.ts';
import {
  billsAnswerSchema,
  type PaymentAnswer,
  type PaymentRequest,
  paymentAnswerSchema,
  plansAnswerSchema,
  STATEMENT_FORMAT,
  statementAnswerSchema,
  undoAnswerSchema,
  validationAnswerSchema,
  type WireBill,
} from './wire.ts';

type WireReason = { code: string; detail?: string } | undefined;
type Schema<T> = { safeParse(value: unknown): { success: true; data: T } | { success: false } };

/** What asking for bills came to. */
export function toQueryOutcome(answer: Answer): QueryOutcome {
  const read = readAnswer(answer, billsAnswerSchema);
  if (read.kind !== 'read') return { kind: 'unavailable', reason: read.reason };
  const { value } = read;
  switch (value.outcome) {
    case 'due': {
      if (!billsAreSound(value.bills)) return { kind: 'unavailable', reason: notUnderstood('sums') };
      const { queryReference, account } = value;
      const bills: readonly Bill[] = value.bills;
      return { kind: 'due', holder: toHolder(value.holder), bills, queryReference, ...given({ account }) };
    }
    case 'nothingDue':
      return {
        kind: 'nothingDue',
        holder: toHolder(value.holder),
        ...given({ nextBillOn: value.nextBillOn }),
      };
    default:
      return withoutAnswer(value);
  }
}

/** What asking whether an account is there came to. */
export function toValidationOutcome(answer: Answer): ValidationOutcome {
  const read = readAnswer(answer, validationAnswerSchema);
  if (read.kind !== 'read') return { kind: 'unavailable', reason: read.reason };
  const { value } = read;
  if (value.outcome !== 'valid') return withoutAnswer(value);
  const { queryReference, account } = value;
  return { kind: 'valid', holder: toHolder(value.holder), ...given({ queryReference, account }) };
}

/** What asking for plans came to. */
export function toPlansOutcome(answer: Answer): PlansOutcome {
  const read = readAnswer(answer, plansAnswerSchema);
  if (read.kind !== 'read') return { kind: 'unavailable', reason: read.reason };
  const { value } = read;
  if (value.outcome !== 'plans') return withoutAnswer(value);
  const { plans, queryReference, account } = value;
  const ids = new Set(plans.map(({ planId }) => planId));
  if (ids.size < plans.length || plans.some(({ price }) => price.amountMinor <= 0)) {
    return { kind: 'unavailable', reason: notUnderstood('plans') };
  }
  return { kind: 'plans', holder: toHolder(value.holder), plans, ...given({ queryReference, account }) };
}

export function toPaymentRequest({ debitedAtMs, ...request }: PostingRequest): PaymentRequest {
  const bills = request.bills.map(({ charges, ...bill }) => ({
    ...bill,
    ...given({ charges: charges && [...charges] }),
  }));
  return { ...request, bills, debitedAt: new Date(debitedAtMs).toISOString() };
}

/** What telling them to post came to; `amount` is what we asked for. */
export function toPostingOutcome(answer: Answer, reference: string, amount: Money): PostingOutcome {
  const read = readInstruction(answer, paymentAnswerSchema);
  return read.kind === 'read' ? toPaymentState(read.value, reference, amount) : read;
}

/** What asking for a payment by our reference came to. */
export function toPaymentQueryOutcome(answer: Answer, reference: string): PostingOutcome {
  const read = readAnswer(answer, paymentAnswerSchema);
  // Not asking is not an answer: whatever was instructed before may still have been carried out.
  return read.kind === 'read'
    ? toPaymentState(read.value, reference)
    : { kind: 'unknown', reason: read.reason };
}

/** What a payment has come to, in an answer or in a message of theirs. */
export function toPaymentState(value: PaymentAnswer, reference: string, amount?: Money): PostingOutcome {
  if (value.outcome !== 'accepted') return toOtherOutcome(value);
  if (value.reference !== reference || (amount && !isSame(value.amount, amount))) {
    return { kind: 'unknown', reason: notUnderstood('another payment') };
  }
  const { agencyReference, postedAt, fulfilment } = value;
  const accepted: PostingAccepted = {
    agencyReference,
    postedAtMs: Date.parse(postedAt),
    ...given({ fulfilment }),
  };
  return { kind: 'accepted', ...accepted };
}

/** What telling them to undo a posting came to. */
export function toUndoOutcome(answer: Answer, { reference, amount }: UndoRequest): UndoOutcome {
  const read = readInstruction(answer, undoAnswerSchema);
  if (read.kind !== 'read') return read;
  const { value } = read;
  if (value.outcome !== 'accepted') return toOtherOutcome(value);
  if (value.reference !== reference || !isSame(value.amount, amount)) {
    return { kind: 'unknown', reason: notUnderstood('another undoing') };
  }
  const { agencyReference, undoneAt } = value;
  return { kind: 'accepted', agencyReference, undoneAtMs: Date.parse(undoneAt) };
}

/** The file of a day, or why there is none. */
export function toStatement(answer: Answer, businessDate: string): StatementFetch {
  if (answer.kind === 'answer' && answer.status === 200 && answer.contentType.startsWith('text/csv')) {
    const fileName = `open-protocol-${businessDate}.csv`;
    return { kind: 'ready', fileName, format: STATEMENT_FORMAT, content: answer.body };
  }
  const read = readAnswer(answer, statementAnswerSchema);
  if (read.kind !== 'read') return { kind: 'unavailable', reason: read.reason };
  const { value } = read;
  if (value.outcome === 'emptyDay') return { kind: 'emptyDay' };
  if (value.outcome === 'unavailable') {
    return { kind: 'unavailable', reason: theirReason(value.reason, 'agency_down') };
  }
  return { kind: 'notReady', ...given({ availableAtMs: toMs(value.availableAt) }) };
}

type Read<T> = { kind: 'read'; value: T } | { kind: 'not'; reason: Reason };

function readAnswer<T>(answer: Answer, schema: Schema<T>): Read<T> {
  if (answer.kind !== 'answer') return { kind: 'not', reason: answer.reason };
  if (isRefusal(answer)) return { kind: 'not', reason: refusal(answer.status) };
  const parsed = answer.status === 200 ? schema.safeParse(jsonOf(answer.body)) : null;
  if (parsed?.success) return { kind: 'read', value: parsed.data };
  return { kind: 'not', reason: notUnderstood(`HTTP status ${answer.status}`) };
}

/** The same for an instruction: what was not sent, or was refused before it was looked at, was certainly not carried out. */
function readInstruction<T>(
  answer: Answer,
  schema: Schema<T>,
): { kind: 'read'; value: T } | Extract<Outcome<never>, { kind: 'notAttempted' | 'unknown' }> {
  const read = readAnswer(answer, schema);
  if (read.kind === 'read') return read;
  const wasNot = answer.kind === 'notSent' || (answer.kind === 'answer' && isRefusal(answer));
  return { kind: wasNot ? 'notAttempted' : 'unknown', reason: read.reason };
}

/** A signed 4xx: they did not take the request in. An operator mends it. */
function isRefusal(answer: Answer & { kind: 'answer' }): boolean {
  return answer.status >= 400 && answer.status < 500;
}

function refusal(status: number): Reason {
  return { code: 'refused_by_agency', source: 'agency', detail: `HTTP status ${status}` };
}

/** A body as JSON; undefined when it is none. */
export function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}

type WithoutAnswer =
  | { outcome: 'noSuchAccount' | 'unavailable'; reason?: WireReason }
  | { outcome: 'closedNow'; reason?: WireReason; opensAt?: string };

function withoutAnswer(value: WithoutAnswer): Extract<ValidationOutcome, { reason: Reason }> {
  switch (value.outcome) {
    case 'noSuchAccount':
      return { kind: 'noSuchAccount', reason: theirReason(value.reason, 'account_not_found') };
    case 'closedNow': {
      const reason = theirReason(value.reason, 'outside_service_hours');
      return { kind: 'closedNow', reason, ...given({ opensAtMs: toMs(value.opensAt) }) };
    }
    case 'unavailable':
      return { kind: 'unavailable', reason: theirReason(value.reason, 'agency_down') };
  }
}

function toOtherOutcome(
  value: Exclude<PaymentAnswer, { outcome: 'accepted' }>,
): Exclude<Outcome<never>, { kind: 'accepted' | 'unknown' }> {
  switch (value.outcome) {
    case 'rejected':
      return { kind: 'rejected', reason: theirReason(value.reason, 'refused_by_agency') };
    case 'pending':
      return { kind: 'pending', ...given({ expectedByMs: toMs(value.expectedBy) }) };
    case 'notAttempted': {
      const reason = theirReason(value.reason, 'refused_by_agency');
      return { kind: 'notAttempted', reason, ...given({ retryAtMs: toMs(value.retryAt) }) };
    }
    case 'duplicate':
      return { kind: 'duplicate' };
  }
}

/** A bill that contradicts itself is shown to nobody. */
export function billsAreSound(bills: readonly WireBill[]): boolean {
  const ids = new Set(bills.map(({ billId }) => billId));
  const currencies = new Set(
    bills
      .flatMap((bill) => [bill.amountDue, ...bill.lines.map(({ amount }) => amount)])
      .map(({ currency }) => currency),
  );
  return ids.size === bills.length && currencies.size === 1 && bills.every(isSound);
}

function isSound({ amountDue, lines, minimumDue, amountOptions = [] }: WireBill): boolean {
  const amounts = lines.map(({ amount }) => amount.amountMinor);
  const others = [minimumDue, ...amountOptions.map(({ amount }) => amount)].filter(
    (other) => other !== undefined,
  );
  return (
    amountDue.amountMinor > 0 &&
    amounts.every(Number.isSafeInteger) &&
    Math.abs(amounts.reduce((total, amount) => total + amount, 0)) <= Number.MAX_SAFE_INTEGER &&
    sumMinor(amounts) === amountDue.amountMinor &&
    others.every(({ amountMinor, currency }) => amountMinor > 0 && currency === amountDue.currency)
  );
}

/** They mask; should they once forget, we do. */
function toHolder({ maskedName, maskedAddress }: AccountHolder): AccountHolder {
  return given({ maskedName: masked(maskedName, 1), maskedAddress: masked(maskedAddress, 6) });
}

function masked(text: string | undefined, shownChars: number): string | undefined {
  if (text === undefined || text.includes('*')) return text;
  return `${[...text].slice(0, shownChars).join('')}***`;
}

function isReasonCode(code: string): code is ReasonCode {
  return (REASON_CODES as readonly string[]).includes(code);
}

function theirReason(reason: WireReason, otherwise: ReasonCode): Reason {
  const code = reason && (isReasonCode(reason.code) ? reason.code : 'refused_by_agency');
  // Long numbers may be account or phone numbers, and whole sentences may hold names.
  const detail = reason?.detail ?? (code === reason?.code ? undefined : reason?.code);
  const isPlain = detail !== undefined && /^[\w .:-]{1,64}$/.test(detail) && !/\d{6}/.test(detail);
  return { code: code ?? otherwise, source: 'agency', ...given({ detail: isPlain ? detail : undefined }) };
}

/** The answer is theirs, and we cannot make sense of it. */
function notUnderstood(detail: string): Reason {
  return { code: 'answer_not_understood', source: 'agency', detail };
}

function isSame(a: Money, b: Money): boolean {
  return a.amountMinor === b.amountMinor && a.currency === b.currency;
}

function toMs(moment: string | undefined): number | undefined {
  return moment === undefined ? undefined : Date.parse(moment);
}

/** Without the members that are undefined. */
function given<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never;
}
