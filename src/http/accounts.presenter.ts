import type { Accounts, Caller, ClientContext, RecordedAuditEvent, SignedIn } from '../accounts/index.ts';
import type { RouteInput, RouteResult } from './route.ts';
import { instantOf } from './schemas.ts';
import { sessionCookie } from './session-cookie.ts';

/** The answer to a sign-in: who it was, and the session in a cookie. */
export function signedIn(
  accounts: Accounts,
  publicUrl: string,
  { token, caller, lifetimeMs }: SignedIn,
): RouteResult {
  return {
    status: 201,
    body: { user: userOf(caller), csrfToken: accounts.sessions.csrfTokenFor(token) },
    headers: { 'set-cookie': sessionCookie(token, lifetimeMs, isSecure(publicUrl)) },
  };
}

export function userOf({ userId, kind, roles, displayName, agencyId }: Caller) {
  return { userId, kind, roles, displayName, agencyId };
}

export function auditEventOf({ atMs, ...event }: RecordedAuditEvent) {
  return { ...event, at: instantOf(atMs) };
}

/** Where a request comes from. */
export function clientOf(input: RouteInput<Record<never, never>>): ClientContext {
  const { request, traceId, sessionToken } = input;
  return { address: request.ip ?? '', traceId, sessionToken };
}

/** Whether browsers may be told never to send the cookie in clear. */
export function isSecure(publicUrl: string): boolean {
  return publicUrl.startsWith('https://');
}
