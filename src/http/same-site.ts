import type { Request } from 'express';
import { constantTimeEqual } from '../infra/crypto/index.ts';
import { DomainError } from '../kernel/errors.ts';

/**
 * Refuses what another site made a browser send. Browsers say where a request comes from (Sec-Fetch-Site, or Origin where
 * that is missing); what says neither is not a browser, and carries nobody's cookies by accident.
 */
export function refuseCrossSite(request: Request, publicUrl: string): void {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) {
    if (site === 'same-origin' || site === 'none') return;
    throw new DomainError('forbidden', 'cross_site_request');
  }
  const { origin } = request.headers;
  if (origin === undefined) return;
  const from = URL.canParse(origin) ? new URL(origin).host : null;
  // The host as the browser dialled it counts too: a server is often known under more than its public name.
  if (from !== null && (from === new URL(publicUrl).host || from === request.headers.host)) return;
  throw new DomainError('forbidden', 'cross_site_request');
}

/** Refuses a command of a signed-in caller whose X-CSRF-Token is not the session's. */
export function requireCsrfToken(request: Request, expected: string): void {
  const given = request.headers['x-csrf-token'];
  if (typeof given === 'string' && constantTimeEqual(given, expected)) return;
  throw new DomainError('forbidden', 'csrf_token_invalid');
}
