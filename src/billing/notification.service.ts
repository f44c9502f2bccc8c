import type { InboundRequest } from '../contract/index.ts';
import { transact } from '../infra/db/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import { type Answer, isContradiction, readDebit, readPosting, readRefund } from './advance.rules.ts';
import type { PaymentAdvances } from './advance.service.ts';
import type { BillingDeps } from './billing.deps.ts';
import { nextStatus, paymentIdOfReference, refundReference } from './billing.rules.ts';
import type { Payment } from './billing.types.ts';
import { insertNotifications, type Notification } from './evidence.repo.ts';
import { loadPayments } from './payment.repo.ts';

/** A payment that moves under our hands is read again; more often than this never happens by itself. */
const MAX_TRIES = 8;

interface Told {
  eventId: string;
  reference: string;
  read(payment: Payment): Answer | null;
}

/** Takes what channels and agencies tell us unasked. Delivered again, late or out of order, a message changes nothing wrong. */
export class Notifications {
  private readonly deps: BillingDeps;
  private readonly advances: PaymentAdvances;

  constructor(deps: BillingDeps, advances: PaymentAdvances) {
    this.deps = deps;
    this.advances = advances;
  }

  /** A channel's webhook. Throws `webhook_not_authentic`, `connection_not_found`. */
  async fromChannel(connectionId: string, request: InboundRequest): Promise<void> {
    const ignored = { kind: 'ignored' as const };
    const { outcome: event } = await this.deps.agencies.gateway.channel(
      connectionId,
      'parseWebhook',
      request,
      ignored,
      ignored,
    );
    if (event.kind === 'notAuthentic') throw new DomainError('unauthenticated', 'webhook_not_authentic');
    if (event.kind === 'ignored') return;
    await this.take(connectionId, request, {
      ...event,
      read: (payment) => {
        if (payment.channelId !== connectionId) return null;
        if (event.kind === 'debit') return readDebit(payment, event.outcome, 'asked');
        return event.reference === refundReference(payment) ? readRefund(event.outcome, 'asked') : null;
      },
    });
  }

  /** An agency's webhook. Throws `webhook_not_authentic`, `connection_not_found`. */
  async fromProvider(connectionId: string, request: InboundRequest): Promise<void> {
    const ignored = { kind: 'ignored' as const };
    const { outcome: event } = await this.deps.agencies.gateway.provider(
      connectionId,
      'parseWebhook',
      request,
      ignored,
      ignored,
    );
    if (event.kind === 'notAuthentic') throw new DomainError('unauthenticated', 'webhook_not_authentic');
    if (event.kind === 'ignored') return;
    await this.take(connectionId, request, {
      ...event,
      read: (payment) => (payment.connectionId === connectionId ? readPosting(event.outcome, 'asked') : null),
    });
  }

  private async take(connectionId: string, request: InboundRequest, told: Told): Promise<void> {
    const notification: Notification = { connectionId, eventId: told.eventId, rawBody: request.rawBody };
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const paymentId = paymentIdOfReference(told.reference);
      // Whoever signed it, a reference may be any text, and not every text can be looked for in a database.
      const [payment] = isId('pay', paymentId)
        ? await loadPayments(this.deps.db, this.deps.vault, [paymentId])
        : [];
      const answer = payment && told.read(payment);
      if (!payment || !answer) return this.keepUnused(notification, 'about nothing we know');
      // Only what carries the payment on touches its task; the rest would only disturb whoever works on it.
      if (answer.event === null || nextStatus(payment.status, answer.event) === null) {
        const contradicts = isContradiction(payment, answer.event);
        return this.keepUnused(
          notification,
          contradicts ? 'contradicts what was definite before' : 'nothing new',
        );
      }
      if (await this.advances.apply(payment, answer, { attempts: 0, evidence: null, notification })) return;
    }
    throw new DomainError('unavailable', 'payment_busy', { retryAfterSeconds: 1 });
  }

  private async keepUnused(notification: Notification, why: string): Promise<void> {
    this.deps.log.warn('a notification changed nothing', { connectionId: notification.connectionId, why });
    await transact(this.deps.db, (tx) =>
      insertNotifications(tx, this.deps.vault, [notification], this.deps.clock.nowMs()),
    );
  }
}
