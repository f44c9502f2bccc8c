import { Webhook } from 'standardwebhooks';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** After the first, second, … attempt: three days of them, as the Standard Webhooks specification proposes. */
const WAITS_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** An endpoint that nothing has got through to for so long is told nothing more until somebody says it is well. */
const DISABLE_AFTER_MS = 72 * HOUR_MS;
const ANSWER_KEPT_CHARS = 1_024;

/** How long to wait after the n-th attempt that failed, spread by a tenth up or down; null: no more. `random` is in [0, 1). */
export function waitAfterAttemptMs(attempts: number, random: number): number | null {
  const waitMs = WAITS_MS[attempts - 1];
  return waitMs === undefined ? null : Math.round(waitMs * (0.9 + 0.2 * random));
}

/** Whether an endpoint is given up: it said for good that it is gone (410), or has failed for days. */
export function isGivenUp(statusCode: number, failingSinceMs: number, nowMs: number): boolean {
  return statusCode === 410 || nowMs - failingSinceMs >= DISABLE_AFTER_MS;
}

/**
 * The headers of a request, by the Standard Webhooks specification: HMAC-SHA256 over id, time in seconds and body, once for
 * each secret (`whsec_` and base64), so that a receiver who knows one of them can verify it.
 */
export function signedHeaders(
  eventId: string,
  payload: string,
  secrets: readonly string[],
  nowMs: number,
): Readonly<Record<string, string>> {
  const sentAt = new Date(nowMs);
  const signatures = secrets.map((secret) => new Webhook(secret).sign(eventId, sentAt, payload));
  return {
    'content-type': 'application/json',
    'user-agent': 'civicpay-webhooks',
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(nowMs / SECOND_MS)),
    'webhook-signature': signatures.join(' '),
  };
}

/**
 * The beginning of an answer, as it may be kept: whatever is long enough to be an account, a phone or an identity number
 * is masked, and what a database cannot store is left out.
 */
export function maskedAnswer(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, 4 * ANSWER_KEPT_CHARS));
  const masked = text.replace(/\p{Cc}+/gu, ' ').replace(/\d[\d -]{4,}\d[Xx]?/g, '****');
  return [...masked].slice(0, ANSWER_KEPT_CHARS).join('');
}

/** Whether requests may be sent to an address at all. Where names lead is checked each time they are dialled. */
export function isWebhookUrl(
  text: string,
  { allowPrivate, isBlocked }: { allowPrivate: boolean; isBlocked(host: string): boolean },
): boolean {
  if (text.length > 1_000 || !URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username || url.password || url.hash) return false;
  if (allowPrivate) return url.protocol === 'https:' || url.protocol === 'http:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return url.protocol === 'https:' && !isBlocked(host) && host !== 'localhost';
}
