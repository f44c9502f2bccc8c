import { randomUUID } from 'node:crypto';
import { waitMs } from '../support/http-server.ts';

/** Waits before each further attempt; after the last one the message is given up. */
const RETRY_DELAYS_MS = [500, 2_000, 10_000];
const ATTEMPT_TIMEOUT_MS = 5_000;

/** Signs a body under an id. */
type Sign = (id: string, body: string) => Record<string, string>;

/** Tells the merchant what was finished after the answer to its call. What is still to be told when the process ends is not told. */
export class Messenger {
  private readonly url: string | null;
  private readonly sign: Sign;
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();

  /** Without a `url` it tells nobody. */
  constructor(url: string | null, sign: Sign) {
    this.url = url;
    this.sign = sign;
  }

  /** After so long, delivers what `write` then makes; null is nothing to tell. */
  tellAfter(delayMs: number, write: () => Promise<string | null>): void {
    if (this.url === null) return;
    const running = this.deliver(this.url, delayMs, write).finally(() => this.running.delete(running));
    this.running.add(running);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled(this.running);
  }

  private async deliver(url: string, delayMs: number, write: () => Promise<string | null>): Promise<void> {
    await waitMs(delayMs, this.stopping.signal);
    const body = this.stopping.signal.aborted ? null : await write();
    if (body === null) return;
    const id = randomUUID();
    for (const retryMs of [...RETRY_DELAYS_MS, null]) {
      if (this.stopping.signal.aborted || (await this.attempt(url, id, body)) || retryMs === null) return;
      await waitMs(retryMs, this.stopping.signal);
    }
  }

  private async attempt(url: string, id: string, body: string): Promise<boolean> {
    try {
      const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]);
      const headers = { 'content-type': 'application/json', ...this.sign(id, body) };
      const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }
}
