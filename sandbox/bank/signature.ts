import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far the caller's clock may be off, either way. */
export const SIGNATURE_WINDOW_SECONDS = 300;

/** What the merchant signs: every part of the request that matters, one a line. */
export function requestText(
  method: string,
  path: string,
  timestamp: string,
  nonce: string,
  body: Uint8Array | string,
): Buffer {
  return Buffer.concat([Buffer.from(`${method}\n${path}\n${timestamp}\n${nonce}\n`), Buffer.from(body)]);
}

/** What the bank signs: the answer, bound by the nonce to the one request that it answers. */
export function answerText(
  status: number,
  timestamp: string,
  nonce: string,
  body: Uint8Array | string,
): Buffer {
  return Buffer.concat([Buffer.from(`${status}\n${timestamp}\n${nonce}\n`), Buffer.from(body)]);
}

/** HMAC-SHA256, base64. */
export function sign(key: string, text: Buffer): string {
  return createHmac('sha256', key).update(text).digest('base64');
}

export function isSignature(key: string, text: Buffer, signature: string): boolean {
  const expected = Buffer.from(sign(key, text));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** Remembers nonces as long as a request that bears one could still be in time. */
export class NonceMemory {
  private current = new Set<string>();
  private previous = new Set<string>();
  private rotatedAtSeconds = 0;

  /** False when the nonce was used before. */
  take(nonce: string, nowSeconds: number): boolean {
    // Two windows: a timestamp from the future stays valid for that long.
    if (nowSeconds - this.rotatedAtSeconds > 2 * SIGNATURE_WINDOW_SECONDS) {
      this.previous = this.current;
      this.current = new Set();
      this.rotatedAtSeconds = nowSeconds;
    }
    if (this.current.has(nonce) || this.previous.has(nonce)) return false;
    this.current.add(nonce);
    return true;
  }
}
