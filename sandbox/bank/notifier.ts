import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';
import { newId } from '../../src/kernel/ids.ts';
import { waitMs } from '../support/http-server.ts';
import type { Books } from './books.ts';
import type { BankEntry, Notification, Order, Refund } from './books.types.ts';
import type { Faults } from './faults.ts';
import { beijingTime, orderView, refundView } from './views.ts';

/** Waits before each further attempt; after the last one the notification is given up. */
const RETRY_DELAYS_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 10_800_000];
const ATTEMPT_TIMEOUT_MS = 10_000;

export interface NotifierOptions {
  books: Books;
  faults: Faults;
  /** Standard Webhooks secret: `whsec_` and base64. */
  webhookSecret: string;
  baseUrl: string;
}

/**
 * Tells the merchant what happened after the answer to its call: signed by the Standard Webhooks rules, again and again
 * until it is taken. What an answer has told already is not notified.
 */
export class Notifier {
  private readonly books: Books;
  private readonly faults: Faults;
  private readonly secret: Buffer;
  private readonly baseUrl: string;
  private readonly agent = new Agent();
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();

  constructor(options: NotifierOptions) {
    this.books = options.books;
    this.faults = options.faults;
    this.secret = Buffer.from(options.webhookSecret.replace(/^whsec_/, ''), 'base64');
    this.baseUrl = options.baseUrl;
    this.books.onCommit = (entries) => this.notice(entries);
    // What was still to be told when the process ended.
    for (const notification of this.books.state.notifications.values()) {
      if (notification.state === 'queued') this.run([notification]);
    }
  }

  /** Sends everything about an order again, with the ids it had; how many there are. */
  redeliver(merOrderNo: string): number {
    const all = [...this.books.state.notifications.values()].filter((one) => one.merOrderNo === merOrderNo);
    for (const notification of all) this.run([notification]);
    return all.length;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled(this.running);
    await this.agent.destroy();
  }

  private notice(entries: readonly BankEntry[]): void {
    const answered = entries.some(({ type }) => type === 'orderOpened' || type === 'refundOpened');
    if (answered) return;
    for (const entry of entries) {
      if (entry.type === 'orderDebited' || entry.type === 'orderClosed') {
        const order = this.books.state.orders.get(entry.merOrderNo);
        if (order && order.closeReason !== 'CLOSED_BY_MERCHANT') this.notifyOrder(order);
      } else if (entry.type === 'refundSettled') {
        const refund = this.books.state.refunds.get(entry.merRefundNo);
        const order = refund && this.books.state.orders.get(refund.merOrderNo);
        if (order) this.notifyRefund(refund, order);
      }
    }
  }

  private notifyOrder(order: Order): void {
    const type = order.status === 'DEBITED' ? 'order.debited' : 'order.closed';
    const strike = this.faults.strike('notify', order.merOrderNo, order.amountFen);
    const news = this.queue(order, type, orderView(order, this.baseUrl), strike?.fault === 'never');
    if (strike?.fault === 'never') return;
    if (strike?.fault === 'duplicated') this.run([news, news]);
    else if (strike?.fault === 'outOfOrder') {
      const before: Order = { ...order, status: 'WAIT_CONFIRM', closeReason: null, finishedAtMs: null };
      const old = this.queue(
        order,
        'order.waiting',
        orderView(before, this.baseUrl),
        false,
        order.createdAtMs,
      );
      this.run([news, old]);
    } else this.run([news], strike?.fault === 'late' ? strike.delayMs : 0);
  }

  private notifyRefund(refund: Refund, order: Order): void {
    const strike = this.faults.strike('notify', refund.merRefundNo, undefined);
    const news = this.queue(order, 'refund.refunded', refundView(refund), strike?.fault === 'never');
    if (strike?.fault === 'never') return;
    const twice = strike?.fault === 'duplicated';
    this.run(twice ? [news, news] : [news], strike?.fault === 'late' ? strike.delayMs : 0);
  }

  private queue(
    order: Order,
    type: string,
    data: unknown,
    withhold: boolean,
    atMs = this.books.clock.nowMs(),
  ): Notification {
    const notification: Notification = {
      webhookId: newId('msg', this.books.clock.nowMs(), 0),
      merOrderNo: order.merOrderNo,
      notifyUrl: order.notifyUrl,
      body: JSON.stringify({ type, timestamp: beijingTime(atMs), data }),
      state: withhold ? 'withheld' : 'queued',
    };
    this.books.commit([{ type: 'notificationQueued', notification }]);
    return notification;
  }

  /** Delivers some notifications, each after the one before it was taken. */
  private run(chain: readonly Notification[], delayMs = 0): void {
    const running = this.deliverChain(chain, delayMs).finally(() => this.running.delete(running));
    this.running.add(running);
  }

  private async deliverChain(chain: readonly Notification[], delayMs: number): Promise<void> {
    // Nothing leaves the bank that a power cut could undo.
    await this.books.durable();
    await waitMs(delayMs, this.stopping.signal);
    for (const notification of chain) await this.deliver(notification);
  }

  private async deliver(notification: Notification): Promise<void> {
    for (const delayMs of [...RETRY_DELAYS_MS, null]) {
      if (this.stopping.signal.aborted) return;
      if (await this.attempt(notification)) return this.end(notification, 'delivered');
      if (delayMs !== null) await waitMs(delayMs, this.stopping.signal);
    }
    this.end(notification, 'abandoned');
  }

  private end({ webhookId }: Notification, state: 'delivered' | 'abandoned'): void {
    // The books may have been emptied meanwhile.
    if (this.stopping.signal.aborted || !this.books.state.notifications.has(webhookId)) return;
    this.books.commit([{ type: 'notificationEnded', webhookId, state }]);
  }

  /** One attempt; true when the merchant took it (any 2xx). */
  private async attempt({ webhookId, notifyUrl, body }: Notification): Promise<boolean> {
    // The real time, whatever the bank's clock is set to: the other side compares it with its own.
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', this.secret)
      .update(`${webhookId}.${timestamp}.${body}`)
      .digest('base64');
    try {
      const response = await request(notifyUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': webhookId,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${signature}`,
        },
        body,
        dispatcher: this.agent,
        signal: AbortSignal.any([this.stopping.signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
      });
      await response.body.dump();
      return response.statusCode >= 200 && response.statusCode < 300;
    } catch {
      return false;
    }
  }
}
