import { createHash, createPrivateKey, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { type CallContext, type HttpResult, type Unanswered, unanswered } from '../../src/contract/index.ts';

/** A connection to one vendor's platform. */
export const settingsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }),
  /** What the platform calls our program. */
  appKey: z.string().min(1).max(64),
  /** Our P-256 key, base64 of PKCS #8: signs the token of each call. */
  appPrivateKey: z
    .string()
    .regex(/^[A-Za-z0-9+/]{80,1000}={0,2}$/, 'base64 of DER')
    .refine(isP256, 'not a P-256 key'),
  /** `whsec_` and base64: signs what the platform says. */
  messageSecret: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,100}={0,2}$/),
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});
export type Settings = z.output<typeof settingsSchema>;

/** What came of a call: an answer that is certainly theirs, or why there is none. */
export type Answer = { kind: 'answer'; content: unknown } | Unanswered;

const TOKEN_SECONDS = 120;

/**
 * Calls a method (JSON-RPC 2.0). The bearer token is made here for this one call: a JWT that we sign ourselves over its
 * body, so there is none to fetch, keep or renew.
 */
export async function call(context: CallContext<Settings>, method: string, params: object): Promise<Answer> {
  const { settings, clock } = context;
  const id = randomUUID();
  const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
  const nowSeconds = Math.floor(clock.nowMs() / 1_000);
  const token = await new SignJWT({ digest: createHash('sha256').update(body).digest('base64url') })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(settings.appKey)
    .setAudience('vendor-platform')
    .setJti(id)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + TOKEN_SECONDS)
    .sign(createPrivateKey(pkcs8(settings.appPrivateKey)));
  const result = await context.http.send({
    method: 'POST',
    url: new URL('/rpc', settings.baseUrl).href,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
    timeoutMs: settings.timeoutMs,
  });
  const answer = read(result, settings, id);
  if (answer.kind !== 'answer')
    context.log.warn('no usable answer from the platform', { method, ...answer.reason });
  return answer;
}

function read(result: HttpResult, settings: Settings, id: string): Answer {
  if (result.kind !== 'response') return unanswered(result);
  const { headers, body, status } = result;
  const content = headers['webhook-id'] === id ? readSigned(settings, headers, body) : undefined;
  if (content !== undefined) return { kind: 'answer', content };
  const detail = `HTTP status ${status}`;
  return { kind: 'unknown', reason: { code: 'answer_not_authentic', source: 'agency', detail } };
}

/** What the platform says, by the rules of Standard Webhooks; undefined when it is not theirs, too old, or no JSON. */
export function readSigned(
  { messageSecret }: Settings,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): unknown {
  try {
    const text = Buffer.from(body).toString('utf8');
    new Webhook(messageSecret).verify(text, { ...headers }, { jsonParse: false });
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pkcs8(base64: string) {
  return { key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' } as const;
}

function isP256(base64: string): boolean {
  try {
    return createPrivateKey(pkcs8(base64)).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}
