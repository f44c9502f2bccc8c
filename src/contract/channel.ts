import type { z } from 'zod';
import type { Money } from '../kernel/money.ts';
import type { LocalText } from './bill.ts';
import type { CallContext, InboundRequest, StatementFetch, StatementRequest } from './context.ts';
import type { Outcome } from './outcome.ts';

/** Our side of a debit: `reference` is ours, the idempotency key at the channel, at most 32 characters. */
export interface DebitRequest {
  reference: string;
  amount: Money;
  /** Shown to the resident at the bank; no personal data. */
  subject: string;
  /** After this the channel refuses the resident's confirmation. */
  expiresAtMs: number;
  /** Where the channel sends the resident back to. */
  returnUrl: string;
  /** Where the channel notifies us. */
  notifyUrl: string;
}

export interface DebitAccepted {
  channelReference: string;
  debitedAtMs: number;
  /** What was really taken; anything but what was asked is a break. */
  amount: Money;
}

/** A debit that waits for the resident carries the page to confirm it on. */
export type DebitOutcome = Outcome<DebitAccepted> | { kind: 'awaitingResident'; confirmUrl: string };

/** Our side of a refund: `reference` names the refund itself. */
export interface RefundRequest {
  reference: string;
  debitReference: string;
  amount: Money;
  /** For the resident's account statement. */
  subject: string;
}
export interface RefundAccepted {
  channelReference: string;
  refundedAtMs: number;
}
export type RefundOutcome = Outcome<RefundAccepted>;

/** What the channel tells us unasked. */
export type ChannelEvent =
  | { kind: 'debit'; eventId: string; reference: string; outcome: DebitOutcome }
  | { kind: 'refund'; eventId: string; reference: string; outcome: RefundOutcome }
  | { kind: 'ignored' }
  | { kind: 'notAuthentic' };

export interface ChannelOperations<Settings> {
  /** Once per reference, however often it is called. */
  debit(context: CallContext<Settings>, request: DebitRequest): Promise<DebitOutcome>;
  /** `notAttempted` means that the channel has never seen the reference. */
  queryDebit(context: CallContext<Settings>, request: { reference: string }): Promise<DebitOutcome>;
  refund(context: CallContext<Settings>, request: RefundRequest): Promise<RefundOutcome>;
  queryRefund(context: CallContext<Settings>, request: { reference: string }): Promise<RefundOutcome>;
  parseWebhook(context: CallContext<Settings>, request: InboundRequest): Promise<ChannelEvent>;
  fetchStatement(context: CallContext<Settings>, request: StatementRequest): Promise<StatementFetch>;
}

/** A bank or wallet that debits residents. */
export interface Channel<Settings = unknown> {
  kind: string;
  names: LocalText;
  settings: z.ZodType<Settings>;
  operations: ChannelOperations<Settings>;
}

/** Declares a channel. An identity function that checks the types and freezes the result. */
export function defineChannel<Settings>(channel: Channel<Settings>): Readonly<Channel<Settings>> {
  return Object.freeze(channel);
}
