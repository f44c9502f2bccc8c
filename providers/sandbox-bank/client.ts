import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { CallContext, HttpResult } from '../../src/contract/index.ts';
import type { BankSettings } from './settings.ts';

/** What became of a call, before anybody has looked into the answer. */
export type BankAnswer =
  | Exclude<HttpResult, { kind: 'response' }>
  /** Something answered, and it was not provably the bank. */
  | { kind: 'notAuthentic' }
  | { kind: 'answer'; contentType: string; body: Buffer };

export interface CallLimits {
  timeoutMs?: number;
  maxResponseBytes?: number;
}

/** Calls the bank with a signed JSON body and checks the signature of what comes back. */
export async function callBank(
  { settings, http, clock }: CallContext<BankSettings>,
  path: string,
  payload: unknown,
  limits: CallLimits = {},
): Promise<BankAnswer> {
  const url = new URL(path, settings.baseUrl);
  const body = JSON.stringify(payload);
  const timestamp = String(Math.floor(clock.nowMs() / 1000));
  const nonce = randomUUID();
  const signature = sign(settings.merchantKey, `POST\n${url.pathname}\n${timestamp}\n${nonce}\n`, body);
  const result = await http.send({
    method: 'POST',
    url: url.href,
    headers: {
      'content-type': 'application/json',
      'x-bank-merchant': settings.merchantId,
      'x-bank-timestamp': timestamp,
      'x-bank-nonce': nonce,
      'x-bank-signature': signature.toString('base64'),
    },
    body,
    timeoutMs: limits.timeoutMs ?? settings.timeoutMs,
    maxResponseBytes: limits.maxResponseBytes,
  });
  if (result.kind !== 'response') return result;
  // The nonce ties the answer to this very call: an old answer to another one does not pass.
  const head = `${result.status}\n${result.headers['x-bank-timestamp'] ?? ''}\n${nonce}\n`;
  const expected = sign(settings.merchantKey, head, result.body);
  const given = Buffer.from(result.headers['x-bank-signature'] ?? '', 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { kind: 'notAuthentic' };
  return {
    kind: 'answer',
    contentType: result.headers['content-type'] ?? '',
    body: Buffer.from(result.body),
  };
}

function sign(key: string, head: string, body: string | Uint8Array): Buffer {
  return createHmac('sha256', key).update(head).update(body).digest();
}
