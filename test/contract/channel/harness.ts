import {
  type CallContext,
  type Channel,
  type ChannelOperations,
  type DebitOutcome,
  type DebitRequest,
  type HttpClient,
  type RefundOutcome,
  type RefundRequest,
  reasonSchema,
} from '../../../src/contract/index.ts';
import { createHttpClient } from '../../../src/infra/outbound-http/index.ts';
import { createTcpClient } from '../../../src/infra/outbound-tcp/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { newId } from '../../../src/kernel/ids.ts';
import { money } from '../../../src/kernel/money.ts';
import { noBillStore } from '../../support/no-bill-store.ts';
import { WebhookInbox } from './webhook-inbox.ts';

export type StruckOperation = 'debit' | 'queryDebit' | 'confirm' | 'refund' | 'queryRefund' | 'notify';
export type ChannelFault =
  | 'timeoutBefore'
  | 'timeoutAfter'
  | 'nonsense'
  | 'badSignature'
  | 'unknownStatus'
  | 'refuse'
  | 'insufficientFunds'
  /** Taken in at once, carried out once `settleDelayMs` have passed on the channel's clock. */
  | 'settleLater'
  | 'duplicated'
  | 'outOfOrder'
  | 'never';

export interface ChannelBooks {
  debits: { reference: string; amountMinor: number }[];
  refunds: { reference: string; debitReference: string; amountMinor: number }[];
}

/** The other side: a channel's server, its residents, and what a test may do behind its back. */
export interface ChannelSide {
  /** As the channel's own schema takes it. */
  settings: unknown;
  currency: string;
  settleDelayMs: number;
  nowMs(): number;
  advanceClock(byMs: number): Promise<void>;
  /** Makes the next call of an operation go wrong. */
  strike(operation: StruckOperation, fault: ChannelFault): Promise<void>;
  /** The resident presses the button on the page; false when the page refuses. */
  confirm(confirmUrl: string): Promise<boolean>;
  cancel(confirmUrl: string): Promise<boolean>;
  /** Refuses connections until `comeUp`. */
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
  /** Ends the process and starts it again on the same books. */
  restart(): Promise<void>;
  books(): Promise<ChannelBooks>;
  /** Headers that make a notification authentic, as if sent at `atMs`. */
  signWebhook(rawBody: string, atMs: number): Record<string, string>;
  /** The channel's business date at a moment. */
  businessDate(atMs: number): string;
  readStatement(content: Uint8Array): ChannelBooks;
  stop(): Promise<void>;
}

/** Stands in for what must never come back in a reason or a log line. */
const PRIVATE_SUBJECT = '电费 张三 13800138000';
const RETURN_URL = 'http://127.0.0.1:9/back';
const CONFIRM_WITHIN_MS = 15 * 60_000;
/** Shorter than any patience of the other side's faults, longer than any real answer takes. */
const IMPATIENT_MS = 1_000;
export const AMOUNT_MINOR = 12_345;

/** A channel, its other side and an inbox for its notifications; each test uses references of its own. */
export class Harness<Settings> {
  readonly side: ChannelSide;
  readonly inbox: WebhookInbox;
  readonly operations: ChannelOperations<Settings>;
  private readonly settings: Settings;
  private readonly http = createHttpClient({ allowPrivateAddresses: true });
  private readonly tcp = createTcpClient({ allowPrivateAddresses: true });

  private constructor(channel: Channel<Settings>, side: ChannelSide, inbox: WebhookInbox) {
    this.side = side;
    this.inbox = inbox;
    this.operations = channel.operations;
    this.settings = channel.settings.parse(side.settings);
    inbox.read = (inbound) => this.operations.parseWebhook(this.context(), inbound);
  }

  static async start<Settings>(channel: Channel<Settings>, side: ChannelSide): Promise<Harness<Settings>> {
    return new Harness(channel, side, await WebhookInbox.open());
  }

  async stop(): Promise<void> {
    await this.http.close();
    await this.tcp.close();
    await this.side.stop();
    await this.inbox.close();
  }

  context(http: HttpClient = this.http): CallContext<Settings> {
    const log = (message: string, fields?: unknown) => expectNothingPrivate({ message, fields });
    const logger = { debug: log, info: log, warn: log, error: log };
    const billStore = noBillStore();
    return { settings: this.settings, http, tcp: this.tcp, billStore, clock: systemClock, log: logger };
  }

  /** The same connections, with too little time for an answer that never comes. */
  impatient(): CallContext<Settings> {
    return this.context({ send: (request) => this.http.send({ ...request, timeoutMs: IMPATIENT_MS }) });
  }

  newReference(): string {
    return newId('tst', systemClock.nowMs(), 0);
  }

  debitRequest(more: Partial<DebitRequest> = {}): DebitRequest {
    return {
      reference: this.newReference(),
      amount: money(AMOUNT_MINOR, this.side.currency),
      subject: PRIVATE_SUBJECT,
      expiresAtMs: this.side.nowMs() + CONFIRM_WITHIN_MS,
      returnUrl: RETURN_URL,
      notifyUrl: this.inbox.url,
      ...more,
    };
  }

  refundRequest(
    debitReference: string,
    amountMinor = AMOUNT_MINOR,
    reference = this.newReference(),
  ): RefundRequest {
    return {
      reference,
      debitReference,
      amount: money(amountMinor, this.side.currency),
      subject: PRIVATE_SUBJECT,
    };
  }

  async debit(request: DebitRequest, context: CallContext<Settings> = this.context()): Promise<DebitOutcome> {
    return clean(await this.operations.debit(context, request));
  }

  async queryDebit(
    reference: string,
    context: CallContext<Settings> = this.context(),
  ): Promise<DebitOutcome> {
    return clean(await this.operations.queryDebit(context, { reference }));
  }

  async refund(
    request: RefundRequest,
    context: CallContext<Settings> = this.context(),
  ): Promise<RefundOutcome> {
    return clean(await this.operations.refund(context, request));
  }

  async queryRefund(
    reference: string,
    context: CallContext<Settings> = this.context(),
  ): Promise<RefundOutcome> {
    return clean(await this.operations.queryRefund(context, { reference }));
  }

  /** A debit that waits for its resident. */
  async awaiting(more: Partial<DebitRequest> = {}): Promise<{ request: DebitRequest; confirmUrl: string }> {
    const request = this.debitRequest(more);
    const outcome = await this.debit(request);
    if (outcome.kind !== 'awaitingResident')
      throw new Error(`expected awaitingResident, got ${outcome.kind}`);
    return { request, confirmUrl: outcome.confirmUrl };
  }

  /** A debit that its resident has confirmed. */
  async debited(more: Partial<DebitRequest> = {}): Promise<DebitRequest> {
    const { request, confirmUrl } = await this.awaiting(more);
    expect(await this.side.confirm(confirmUrl)).toBe(true);
    return request;
  }

  async debitsOf(reference: string): Promise<number[]> {
    const { debits } = await this.side.books();
    return debits.filter((debit) => debit.reference === reference).map(({ amountMinor }) => amountMinor);
  }

  async refundsOf(debitReference: string): Promise<number[]> {
    const { refunds } = await this.side.books();
    return refunds
      .filter((one) => one.debitReference === debitReference)
      .map(({ amountMinor }) => amountMinor);
  }
}

/** Every reason that any test sees is well formed and holds nothing private. */
function clean<T extends DebitOutcome | RefundOutcome>(outcome: T): T {
  if ('reason' in outcome) {
    reasonSchema.parse(outcome.reason);
    expectNothingPrivate(outcome.reason);
  }
  return outcome;
}

function expectNothingPrivate(value: unknown): void {
  const text = JSON.stringify(value);
  for (const word of PRIVATE_SUBJECT.split(' ')) expect(text).not.toContain(word);
}

export const unknownBecause = (code: string) => ({
  kind: 'unknown',
  reason: expect.objectContaining({ code }),
});
export const rejectedBecause = (code: string) => ({
  kind: 'rejected',
  reason: expect.objectContaining({ code }),
});
export const notAttemptedBecause = (code: string) => ({
  kind: 'notAttempted',
  reason: expect.objectContaining({ code }),
});
