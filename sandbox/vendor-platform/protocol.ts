import { createHash, createHmac, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../src/kernel/clock.ts';
import type { AgencyAnswer } from '../support/agency-server.ts';
import type { SandboxRequest } from '../support/http-server.ts';
import { SeenNonces } from '../support/seen-nonces.ts';

/** The methods of the interface. */
export const METHODS = {
  'tenants.list': 'listAgencies',
  'bills.query': 'queryBills',
  'payments.create': 'pay',
  'payments.get': 'queryPayment',
  'refunds.create': 'refund',
} as const;
export type Operation = (typeof METHODS)[keyof typeof METHODS];

/** Error codes (JSON-RPC 2.0, section 5.1) and the words that go with them. */
export const ERRORS = {
  [-32_600]: 'invalid request',
  [-32_601]: 'no such method',
  [-32_602]: 'invalid params',
  [-32_001]: 'token refused',
  1001: 'no such account',
  1002: 'no such tenant',
  2001: 'amount differs from what is due',
  2002: 'already paid',
  2003: 'no such bill',
  2004: 'reference already used',
  2005: 'no such reference',
  2006: 'above the limit',
  2007: 'refused by the tenant',
  2008: 'older bills first',
  4001: 'no such payment',
  4002: 'already refunded',
  4003: 'refunds begin on the day after',
  3001: 'outside service hours',
  3002: 'under maintenance',
} as const;
export type ErrorCode = keyof typeof ERRORS;

export type Reply = { result: object } | { error: { code: number; data?: object } };

/** A call that was let in. */
export interface PlatformRequest {
  operation: Operation;
  id: string;
  params: unknown;
}

export interface PlatformKeys {
  /** What the platform calls the merchant's program. */
  appKey: string;
  /** The merchant's P-256 key, base64 of SubjectPublicKeyInfo. */
  appPublicKey: string;
  /** Signs what the platform says: `whsec_` and base64. */
  messageSecret: string;
}

const WINDOW_MS = 5 * 60_000;
const callSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.string().regex(/^[\w-]{8,64}$/),
  method: z.string(),
  params: z.unknown(),
});
const claimsSchema = z.object({
  iss: z.string(),
  aud: z.literal('vendor-platform'),
  jti: z.string(),
  iat: z.int(),
  exp: z.int(),
  /** SHA-256 of the body, base64url. */
  digest: z.string(),
});

/**
 * JSON-RPC 2.0. A call bears a token (`Authorization: Bearer`) that its caller signs itself: a JWT (RFC 7519, ES256) for this one
 * body, good for at most five minutes and once. What the platform says, answers and messages alike, is signed as Standard
 * Webhooks says; an answer's message id is the id of its call.
 */
export class Protocol {
  private readonly appKey: string;
  private readonly appPublicKey: KeyObject;
  private readonly secret: Buffer;
  private readonly clock: Clock;
  private readonly seen: SeenNonces;

  constructor({ appKey, appPublicKey, messageSecret }: PlatformKeys, clock: Clock) {
    this.appKey = appKey;
    const key = Buffer.from(appPublicKey, 'base64');
    this.appPublicKey = createPublicKey({ key, format: 'der', type: 'spki' });
    this.secret = Buffer.from(messageSecret.replace(/^whsec_/, ''), 'base64');
    this.clock = clock;
    this.seen = new SeenNonces(clock, WINDOW_MS);
  }

  read({ headers, body }: SandboxRequest): PlatformRequest | { refusal: ErrorCode; id: string } {
    const call = callSchema.safeParse(jsonOf(body.toString('utf8')));
    if (!call.success) return { refusal: -32_600, id: '' };
    const { id, method, params } = call.data;
    if (!this.isTokenGood(headers.authorization ?? '', id, body)) return { refusal: -32_001, id };
    const operation = METHODS[method as keyof typeof METHODS];
    return operation ? { operation, id, params } : { refusal: -32_601, id };
  }

  seal(reply: Reply, id: string): AgencyAnswer {
    const shown =
      'error' in reply
        ? { error: { ...reply.error, message: ERRORS[reply.error.code as ErrorCode] ?? 'unknown' } }
        : reply;
    const body = JSON.stringify({ jsonrpc: '2.0', id, ...shown });
    return { contentType: 'application/json', body, headers: this.signatureOf(id, body) };
  }

  /** Headers of Standard Webhooks for a body, as if signed so long ago. */
  signatureOf(id: string, body: string, ageSeconds = 0): Record<string, string> {
    // By real time, not by the platform's own clock that a test may set: the other side compares it with its own.
    const timestamp = String(Math.floor(this.clock.nowMs() / 1000) - ageSeconds);
    const signature = createHmac('sha256', this.secret).update(`${id}.${timestamp}.${body}`).digest('base64');
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  }

  private isTokenGood(authorization: string, id: string, body: Buffer): boolean {
    const [head = '', payload = '', signature = '', ...more] = authorization
      .replace(/^Bearer /, '')
      .split('.');
    const header = jsonOf(Buffer.from(head, 'base64url').toString('utf8')) as { alg?: unknown } | undefined;
    const claims = claimsSchema.safeParse(jsonOf(Buffer.from(payload, 'base64url').toString('utf8')));
    if (more.length > 0 || header?.alg !== 'ES256' || !claims.success) return false;
    const isSigned = verify(
      'sha256',
      Buffer.from(`${head}.${payload}`),
      { key: this.appPublicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    const { iss, jti, iat, exp, digest } = claims.data;
    const isOfBody = digest === createHash('sha256').update(body).digest('base64url');
    const isShort = exp > iat && (exp - iat) * 1_000 <= WINDOW_MS && exp * 1_000 > this.clock.nowMs();
    if (!isSigned || iss !== this.appKey || jti !== id || !isOfBody || !isShort) return false;
    return this.seen.isFresh(iat * 1_000) && !this.seen.isReplayed(jti);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
