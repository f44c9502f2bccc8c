import { parseCookie, stringifySetCookie } from 'cookie';
import type { Request } from 'express';

const SESSION_COOKIE = 'civicpay_session';

/** The session token that came with a request, or null. Not checked: `authenticate` does that. */
export function sessionTokenOf(request: Request): string | null {
  return parseCookie(request.headers.cookie ?? '')[SESSION_COOKIE] ?? null;
}

/** `Set-Cookie` for a new session, out of reach of scripts. `secure` on every site that is served by https. */
export function sessionCookie(token: string, expiresAtMs: number, secure: boolean): string {
  return stringifySetCookie({ ...attributes(secure), value: token, expires: new Date(expiresAtMs) });
}

/** `Set-Cookie` that takes the session away. */
export function clearedSessionCookie(secure: boolean): string {
  return stringifySetCookie({ ...attributes(secure), value: '', expires: new Date(0) });
}

function attributes(secure: boolean) {
  return { name: SESSION_COOKIE, path: '/', httpOnly: true, sameSite: 'lax', secure } as const;
}
