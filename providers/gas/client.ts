import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomUUID,
  sign as rsaSign,
  verify as rsaVerify,
} from 'node:crypto';
import { z } from 'zod';
import { type CallContext, type HttpResult, type Unanswered, unanswered } from '../../src/contract/index.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';

/** A connection to one gas company's gateway. */
export const settingsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }),
  appId: z.string().regex(/^[\w-]{1,32}$/),
  /** Our RSA key, base64 of PKCS #8, as the gateway's tool makes it. */
  merchantPrivateKey: z.string().max(8_192).refine(isKey(toPrivateKey), 'not a private key'),
  /** Theirs, base64 of SubjectPublicKeyInfo. */
  agencyPublicKey: z.string().max(8_192).refine(isKey(toPublicKey), 'not a public key'),
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});
export type Settings = z.output<typeof settingsSchema>;

/** What came of a call: an answer that is certainly theirs, or why there is none. `data` is JSON as it was read. */
export type Answer = { kind: 'answer'; code: string; data: unknown } | Unanswered;

const MAX_ANSWER_BYTES = 1024 * 1024;
/** About two hundred thousand payments, in base64 and percent-encoded. */
const MAX_FILE_BYTES = 48 * 1024 * 1024;

/** Sends one signed form; verifies that the answer is signed for this very one. */
export async function call(context: CallContext<Settings>, method: string, content: object): Promise<Answer> {
  const { settings, clock } = context;
  const nonce = randomUUID();
  const fields = new Map([
    ['app_id', settings.appId],
    ['method', method],
    ['version', '1.0'],
    ['charset', 'utf-8'],
    ['timestamp', chinaTimestamp(clock.nowMs())],
    ['nonce', nonce],
    ['sign_type', 'RSA2'],
    ['biz_content', JSON.stringify(content)],
  ]);
  const key = toPrivateKey(settings.merchantPrivateKey);
  fields.set('sign', rsaSign('RSA-SHA256', Buffer.from(signedText(fields)), key).toString('base64'));
  const result = await context.http.send({
    method: 'POST',
    url: new URL('/gateway.do', settings.baseUrl).href,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams([...fields]).toString(),
    timeoutMs: settings.timeoutMs,
    maxResponseBytes: method === 'gas.file' ? MAX_FILE_BYTES : MAX_ANSWER_BYTES,
  });
  const answer = read(result, settings, nonce);
  if (answer.kind !== 'answer')
    context.log.warn('no usable answer from the agency', { method, ...answer.reason });
  return answer;
}

function read(result: HttpResult, settings: Settings, nonce: string): Answer {
  if (result.kind !== 'response') return unanswered(result);
  const unusable = (code: 'answer_not_understood' | 'answer_not_authentic'): Answer => ({
    kind: 'unknown',
    reason: { code, source: 'agency', detail: `HTTP status ${result.status}` },
  });
  const isForm = result.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const fields = isForm ? readForm(Buffer.from(result.body).toString('utf8')) : null;
  if (!fields) return unusable('answer_not_understood');
  const isTheirs =
    fields.get('sign_type') === 'RSA2' &&
    rsaVerify(
      'RSA-SHA256',
      Buffer.from(signedText(fields)),
      toPublicKey(settings.agencyPublicKey),
      Buffer.from(fields.get('sign') ?? '', 'base64'),
    );
  const isForUs = fields.get('nonce') === nonce && fields.get('app_id') === settings.appId;
  if (!isTheirs || !isForUs) return unusable('answer_not_authentic');
  const code = fields.get('code') ?? '';
  const data = readJson(fields.get('data') || 'null');
  return /^\d{5}$/.test(code) && data !== undefined
    ? { kind: 'answer', code, data }
    : unusable('answer_not_understood');
}

/**
 * SHA256withRSA is over `name=value` of each field that is not empty, but for `sign`, percent-encoded, in the order of the
 * names, joined by `&`; see README.md.
 */
export function signedText(fields: ReadonlyMap<string, string>): string {
  const names = [...fields.keys()].filter((name) => name !== 'sign' && fields.get(name) !== '').sort();
  return names
    .map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(fields.get(name) ?? '')}`)
    .join('&');
}

/** Null when a field comes twice: what is signed would not say which of the two is meant. */
function readForm(body: string): Map<string, string> | null {
  const pairs = [...new URLSearchParams(body)];
  const fields = new Map(pairs);
  return fields.size === pairs.length ? fields : null;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function toPrivateKey(base64: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' });
}

function toPublicKey(base64: string): KeyObject {
  return createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
}

function isKey(read: (base64: string) => KeyObject): (base64: string) => boolean {
  return (base64) => {
    try {
      return read(base64).asymmetricKeyType === 'rsa';
    } catch {
      return false;
    }
  };
}
