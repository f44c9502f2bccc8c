import { Secret, TOTP } from 'otpauth';

/** Six digits every 30 seconds over HMAC-SHA-1: what every authenticator app speaks (RFC 6238). */
const PERIOD_SECONDS = 30;

const totpOf = (secret: string, label = '') =>
  new TOTP({ issuer: 'civicpay', label, secret: Secret.fromBase32(secret), period: PERIOD_SECONDS });

export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** The address an authenticator app reads from a QR code. Holds the secret: show it once, to its owner. */
export function totpUri(secret: string, label: string): string {
  return totpOf(secret, label).toString();
}

export function totpStepAt(nowMs: number): number {
  return Math.floor(nowMs / 1000 / PERIOD_SECONDS);
}

export function totpCodeOf(secret: string, step: number): string {
  return totpOf(secret).generate({ timestamp: step * PERIOD_SECONDS * 1000 });
}

/** The time step whose code this is, or null; one step early or late is let pass for clocks that are off. */
export function matchTotp(secret: string, code: string, nowMs: number): number | null {
  const delta = totpOf(secret).validate({ token: code, timestamp: nowMs, window: 1 });
  return delta === null ? null : totpStepAt(nowMs) + delta;
}
