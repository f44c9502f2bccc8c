import type { Logger } from '../contract/index.ts';
import type { Payments } from './payments.service.ts';

const LOOK_EVERY_MS = 400;

interface Watched {
  version: number | null;
  listeners: Set<() => void>;
}

/**
 * Tells whoever watches a payment that it has changed, whichever process changed it: one query for all that are watched,
 * a few times a second, and none when nobody watches.
 */
export class PaymentWatch {
  private readonly payments: Payments;
  private readonly log: Logger;
  private readonly watched = new Map<string, Watched>();
  private timer: NodeJS.Timeout | undefined;

  constructor(payments: Payments, log: Logger) {
    this.payments = payments;
    this.log = log;
  }

  /** Calls back after each change; returns how to stop that. */
  subscribe(paymentId: string, onChange: () => void): () => void {
    const entry = this.watched.get(paymentId) ?? { version: null, listeners: new Set() };
    entry.listeners.add(onChange);
    this.watched.set(paymentId, entry);
    this.timer ??= setTimeout(() => void this.look(), LOOK_EVERY_MS);
    return () => {
      entry.listeners.delete(onChange);
      if (entry.listeners.size === 0) this.watched.delete(paymentId);
    };
  }

  private async look(): Promise<void> {
    try {
      const versions = await this.payments.versions([...this.watched.keys()]);
      for (const [paymentId, version] of versions) {
        const entry = this.watched.get(paymentId);
        if (!entry || entry.version === version) continue;
        // The first look may find what the watcher has read already; telling them once too often is harmless.
        entry.version = version;
        for (const listener of entry.listeners) listener();
      }
    } catch (error) {
      this.log.warn('watched payments could not be read; trying again', { error });
    }
    this.timer = this.watched.size > 0 ? setTimeout(() => void this.look(), LOOK_EVERY_MS) : undefined;
  }
}
