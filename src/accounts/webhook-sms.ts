import { Webhook } from 'standardwebhooks';
import type { HttpClient, Logger } from '../contract/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId, randomShardHint } from '../kernel/ids.ts';
import type { SmsSender } from './accounts.types.ts';

const TIMEOUT_MS = 5_000;

interface WebhookSmsDeps {
  http: HttpClient;
  clock: Clock;
  log: Logger;
}

/**
 * Hands text messages to a gateway of the operator's own: `POST {"phone": "13800138000", "text": "…"}`, signed as the Standard
 * Webhooks specification says. Any answer of 2xx means that it takes care of the message.
 */
export class WebhookSmsSender implements SmsSender {
  private readonly deps: WebhookSmsDeps;
  private readonly url: string;
  private readonly webhook: Webhook;

  /** `secret` is `whsec_…`. */
  constructor(deps: WebhookSmsDeps, { url, secret }: { url: string; secret: string }) {
    this.deps = deps;
    this.url = url;
    this.webhook = new Webhook(secret);
  }

  async send({ phone, text }: { phone: string; text: string }): Promise<void> {
    const { http, clock, log } = this.deps;
    const nowMs = clock.nowMs();
    const id = newId('sms', nowMs, randomShardHint());
    const body = JSON.stringify({ phone, text });
    const result = await http.send({
      method: 'POST',
      url: this.url,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(nowMs / 1000)),
        'webhook-signature': this.webhook.sign(id, new Date(nowMs), body),
      },
      body,
      timeoutMs: TIMEOUT_MS,
    });
    if (result.kind === 'response' && result.status >= 200 && result.status < 300) return;
    if (result.kind === 'noAnswer') {
      // It may have been sent: whoever waits for it in vain asks for another one.
      log.warn('the SMS gateway did not answer', { cause: result.cause });
      return;
    }
    const why =
      result.kind === 'response' ? `answered ${result.status}` : `could not be reached: ${result.cause}`;
    throw new Error(`the SMS gateway ${why}`);
  }
}
