import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type CallContext, type HttpResult, type Unanswered, unanswered } from '../../src/contract/index.ts';

/** A connection to one power company's gateway. */
export const settingsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }),
  appId: z.string().min(1).max(64),
  /** Signs our requests and their answers. */
  appSecret: z.string().min(16),
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});
export type Settings = z.output<typeof settingsSchema>;

/** What came of a call: an answer that is certainly theirs, or why there is none. */
export type Answer =
  | { kind: 'answer'; contentType: string; fileName: string | undefined; body: Uint8Array }
  | Unanswered;

const MAX_ANSWER_BYTES = 1024 * 1024;
/** About half a million payments. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Sends one signed request; verifies that the answer is signed for this very request. */
export async function call(context: CallContext<Settings>, path: string, request: object): Promise<Answer> {
  const { settings, clock } = context;
  const body = JSON.stringify(request);
  const timestamp = String(clock.nowMs());
  const nonce = randomUUID();
  const result = await context.http.send({
    method: 'POST',
    url: new URL(path, settings.baseUrl).href,
    headers: {
      'content-type': 'application/json',
      'x-app-id': settings.appId,
      'x-timestamp': timestamp,
      'x-nonce': nonce,
      'x-sign': sign('REQ', settings, { timestamp, nonce, path, body }),
    },
    body,
    timeoutMs: settings.timeoutMs,
    maxResponseBytes: path === '/api/dailyFile' ? MAX_FILE_BYTES : MAX_ANSWER_BYTES,
  });
  const answer = read(result, settings, { nonce, path });
  if (answer.kind !== 'answer')
    context.log.warn('no usable answer from the agency', { path, ...answer.reason });
  return answer;
}

function read(result: HttpResult, settings: Settings, sent: { nonce: string; path: string }): Answer {
  if (result.kind !== 'response') return unanswered(result);
  const { headers, body, status } = result;
  const timestamp = headers['x-timestamp'] ?? '';
  const expected = Buffer.from(sign('RSP', settings, { timestamp, ...sent, body }));
  const given = Buffer.from(headers['x-sign'] ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    const detail = `HTTP status ${status}`;
    return { kind: 'unknown', reason: { code: 'answer_not_authentic', source: 'agency', detail } };
  }
  return {
    kind: 'answer',
    contentType: headers['content-type'] ?? '',
    fileName: headers['x-file-name'],
    body,
  };
}

/**
 * HMAC-SHA256, base64, over lines: direction, application, timestamp, nonce, path, SHA-256 of the body in hex. An
 * answer is signed over its request's nonce.
 */
function sign(
  direction: 'REQ' | 'RSP',
  settings: Settings,
  parts: { timestamp: string; nonce: string; path: string; body: string | Uint8Array },
): string {
  const bodyHash = createHash('sha256').update(parts.body).digest('hex');
  const text = [direction, settings.appId, parts.timestamp, parts.nonce, parts.path, bodyHash].join('\n');
  return createHmac('sha256', settings.appSecret).update(text).digest('base64');
}
