import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto';
import { CompactSign, compactVerify } from 'jose';
import { z } from 'zod';
import { type CallContext, type HttpResult, type Unanswered, unanswered } from '../../src/contract/index.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';

const derKey = z.string().regex(/^[A-Za-z0-9+/]{100,8000}={0,2}$/, 'base64 of DER');

/** A connection to one bank's interface for billers. */
export const settingsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }),
  /** What the bank calls us. */
  partnerId: z.string().min(1).max(64),
  /** Our RSA key, PKCS #8: signs our messages. */
  privateKey: derKey.refine((key) => isRsa(() => createPrivateKey(pkcs8(key))), 'not an RSA key'),
  /** The bank's, SubjectPublicKeyInfo: what it says is signed by it. */
  bankPublicKey: derKey.refine((key) => isRsa(() => createPublicKey(spki(key))), 'not an RSA key'),
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});
export type Settings = z.output<typeof settingsSchema>;

/** What came of a call: an answer that is certainly theirs, or why there is none. */
export type Answer = { kind: 'answer'; content: unknown } | Unanswered;

/** About a quarter of a million orders, as base64 in base64. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/**
 * Sends one message and reads the answer: JSON in JWS Compact Serialization (RFC 7515), signed by PS256. The header names
 * the transaction, and of an answer the message (`ref`) that it answers.
 */
export async function call(context: CallContext<Settings>, txn: string, request: object): Promise<Answer> {
  const { settings, clock } = context;
  const seq = randomUUID();
  const body = await new CompactSign(Buffer.from(JSON.stringify(request)))
    .setProtectedHeader({
      alg: 'PS256',
      kid: settings.partnerId,
      txn,
      seq,
      ts: chinaTimestamp(clock.nowMs()),
    })
    .sign(createPrivateKey(pkcs8(settings.privateKey)));
  const result = await context.http.send({
    method: 'POST',
    url: new URL('/cloudpay/v2', settings.baseUrl).href,
    headers: { 'content-type': 'application/jose' },
    body,
    timeoutMs: settings.timeoutMs,
    ...(txn === 'DAILY_FILE' ? { maxResponseBytes: MAX_FILE_BYTES } : {}),
  });
  const answer = await read(result, settings, { txn, seq });
  if (answer.kind !== 'answer') context.log.warn('no usable answer from the bank', { txn, ...answer.reason });
  return answer;
}

async function read(
  result: HttpResult,
  settings: Settings,
  sent: { txn: string; seq: string },
): Promise<Answer> {
  if (result.kind !== 'response') return unanswered(result);
  try {
    const key = createPublicKey(spki(settings.bankPublicKey));
    const { payload, protectedHeader } = await compactVerify(result.body, key, { algorithms: ['PS256'] });
    const { ref, txn } = protectedHeader;
    if (ref === sent.seq && txn === sent.txn) {
      return { kind: 'answer', content: JSON.parse(Buffer.from(payload).toString('utf8')) };
    }
  } catch {
    // Not a JWS, not signed by them, or not JSON: nothing they can be held to.
  }
  const detail = `HTTP status ${result.status}`;
  return { kind: 'unknown', reason: { code: 'answer_not_authentic', source: 'agency', detail } };
}

function pkcs8(base64: string) {
  return { key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' } as const;
}

function spki(base64: string) {
  return { key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' } as const;
}

function isRsa(readKey: () => { asymmetricKeyType?: string }): boolean {
  try {
    return readKey().asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}
