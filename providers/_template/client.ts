import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type CallContext, type HttpResult, type Unanswered, unanswered } from '../../src/contract/index.ts';

/** A connection to one agency: where it is, and the secret that both sides sign with. */
export const settingsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }),
  secret: z.string().min(16),
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});
export type Settings = z.output<typeof settingsSchema>;

/** What came of a call: an answer that is certainly theirs, or why there is none. */
export type Answer = { kind: 'answer'; body: string } | Unanswered;

/** Sends one signed request; verifies that the answer is signed for this very request. */
export async function call(context: CallContext<Settings>, path: string, request: object): Promise<Answer> {
  const { settings, clock, http, log } = context;
  const body = JSON.stringify(request);
  const timestamp = String(clock.nowMs());
  const nonce = randomUUID();
  const result = await http.send({
    method: 'POST',
    url: new URL(path, settings.baseUrl).href,
    headers: {
      'content-type': 'application/json',
      'x-timestamp': timestamp,
      'x-nonce': nonce,
      'x-signature': sign(settings.secret, [timestamp, nonce, path, body]),
    },
    body,
    timeoutMs: settings.timeoutMs,
  });
  const answer = read(result, settings.secret, nonce);
  if (answer.kind !== 'answer') log.warn('no usable answer from the agency', { path, ...answer.reason });
  return answer;
}

function read(result: HttpResult, secret: string, nonce: string): Answer {
  if (result.kind !== 'response') return unanswered(result);
  const body = Buffer.from(result.body).toString('utf8');
  const expected = Buffer.from(sign(secret, [nonce, body]));
  const given = Buffer.from(result.headers['x-signature'] ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    const detail = `HTTP status ${result.status}`;
    return { kind: 'unknown', reason: { code: 'answer_not_authentic', source: 'agency', detail } };
  }
  return { kind: 'answer', body };
}

/** HMAC-SHA256 in hex over lines. A request's: timestamp, nonce, path, body. An answer's: the request's nonce, body. */
function sign(secret: string, lines: readonly string[]): string {
  return createHmac('sha256', secret).update(lines.join('\n')).digest('hex');
}
