import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type CallContext, type HttpResult, type Unanswered, unanswered } from '../../src/contract/index.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { isSm2PublicKey, signSm2, verifySm2 } from '../../src/kernel/sm2.ts';

/** A connection to one center's gateway. */
export const settingsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }),
  merchantNo: z.string().regex(/^[\w-]{1,32}$/),
  /** Our SM2 key: 32 bytes in hexadecimal. */
  merchantPrivateKey: z.string().regex(/^[0-9a-f]{64}$/i),
  /** Theirs: an uncompressed point in hexadecimal. */
  centerPublicKey: z.string().refine(isSm2PublicKey, 'not a point of the curve'),
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});
export type Settings = z.output<typeof settingsSchema>;

export type Fields = Readonly<Record<string, string>>;

/** What came of a call: an answer that is certainly theirs and to this very request, or why there is none. */
export type Answer = { kind: 'answer'; code: string; fields: Fields } | Unanswered;

const MAX_ANSWER_BYTES = 1024 * 1024;
/** About three hundred thousand payments, in base64 and percent-encoded. */
const MAX_FILE_BYTES = 48 * 1024 * 1024;
const FORM = 'application/x-www-form-urlencoded';

/** Sends one signed form; verifies that the answer is signed for this very one. */
export async function call(context: CallContext<Settings>, service: string, fields: Fields): Promise<Answer> {
  const { settings, clock } = context;
  const nonce = randomUUID();
  const all: Fields = {
    ...fields,
    merchant_no: settings.merchantNo,
    service,
    version: '1.0',
    charset: 'UTF-8',
    timestamp: chinaTimestamp(clock.nowMs()),
    nonce,
    sign_type: 'SM2',
  };
  const sign = Buffer.from(signSm2(settings.merchantPrivateKey, signedText(all))).toString('base64');
  const result = await context.http.send({
    method: 'POST',
    url: new URL('/gjj/gateway', settings.baseUrl).href,
    headers: { 'content-type': `${FORM}; charset=utf-8` },
    body: new URLSearchParams({ ...all, sign }).toString(),
    timeoutMs: settings.timeoutMs,
    maxResponseBytes: service === 'file.download' ? MAX_FILE_BYTES : MAX_ANSWER_BYTES,
  });
  const answer = read(result, settings, nonce);
  if (answer.kind !== 'answer')
    context.log.warn('no usable answer from the agency', { service, ...answer.reason });
  return answer;
}

function read(result: HttpResult, settings: Settings, nonce: string): Answer {
  if (result.kind !== 'response') return unanswered(result);
  const unusable = (code: 'answer_not_understood' | 'answer_not_authentic'): Answer => ({
    kind: 'unknown',
    reason: { code, source: 'agency', detail: `HTTP status ${result.status}` },
  });
  const isForm = result.headers['content-type']?.startsWith(FORM);
  const fields = isForm ? readForm(Buffer.from(result.body).toString('utf8')) : null;
  if (!fields) return unusable('answer_not_understood');
  const { sign = '', code = '' } = fields;
  const isTheirs =
    fields.sign_type === 'SM2' &&
    fields.merchant_no === settings.merchantNo &&
    fields.nonce === nonce &&
    verifySm2(settings.centerPublicKey, signedText(fields), Buffer.from(sign, 'base64'));
  if (!isTheirs) return unusable('answer_not_authentic');
  return /^[SE]\d{4}$/.test(code) ? { kind: 'answer', code, fields } : unusable('answer_not_understood');
}

/**
 * SM2 with SM3 is over `name=value` of each field that is not empty, but for `sign`, percent-encoded, in the order of the
 * names, joined by `&`; see README.md.
 */
function signedText(fields: Fields): Buffer {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && fields[name] !== '');
  const pairs = names
    .sort()
    .map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(fields[name] ?? '')}`);
  return Buffer.from(pairs.join('&'));
}

/** Null when a field comes twice: what is signed would not say which of the two is meant. */
function readForm(body: string): Fields | null {
  const pairs = [...new URLSearchParams(body)];
  const fields = new Map(pairs);
  return fields.size === pairs.length ? Object.fromEntries(fields) : null;
}
