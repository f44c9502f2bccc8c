import { parseCookie, stringifySetCookie } from 'cookie';
import type { Request } from 'express';

const SESSION_COOKIE = 'civicpay_session';

/** The session token that came with a request, or null. Not checked: `authenticate` does that. */
export function sessionTokenOf(request: Request): string | null {
  return parseCookie(request.headers.cookie ?? '')[SESSION_COOKIE] ?? null;
}

/** `Set-Cookie` for a new session, out of reach of scripts. `secure` on every site that is served by https. */
export function sessionCookie(token: string, lifetimeMs: number, secure: boolean): string {
  // An age rather than a date: clocks of clients are off.
  return stringifySetCookie({ ...attributes(secure), value: token, maxAge: Math.floor(lifetimeMs / 1000) });
}

/** `Set-Cookie` that takes the session away. */
export function clearedSessionCookie(secure: boolean): string {
  return stringifySetCookie({ ...attributes(secure), value: '', maxAge: 0 });
}

function attributes(secure: boolean) {
  return { name: SESSION_COOKIE, path: '/', httpOnly: true, sameSite: 'lax', secure } as const;
}
