import type { Caller, CodeLimits, NewStaff, Role } from './accounts.types.ts';

/** What a route asks of its caller. */
export type Access =
  | 'public'
  | 'signedIn'
  | 'resident'
  | 'staff'
  | 'agency'
  | 'finance'
  | 'operator'
  | 'financeOrOperator';

/** `signIn`: nobody is signed in, and somebody who is might be let in. */
export type AccessDecision = 'yes' | 'signIn' | 'no';

interface AccessRule {
  kinds: readonly Caller['kind'][];
  /** Any one of these is enough; absent when the kind alone decides. */
  anyRole?: readonly Role[];
}

/** The only place that says who may call what. What is not in it is refused. */
const RULES: ReadonlyMap<string, AccessRule> = new Map<Exclude<Access, 'public'>, AccessRule>([
  ['signedIn', { kinds: ['resident', 'staff'] }],
  ['resident', { kinds: ['resident'], anyRole: ['resident'] }],
  ['staff', { kinds: ['staff'] }],
  ['agency', { kinds: ['staff'], anyRole: ['agency'] }],
  ['finance', { kinds: ['staff'], anyRole: ['finance'] }],
  ['operator', { kinds: ['staff'], anyRole: ['operator'] }],
  ['financeOrOperator', { kinds: ['staff'], anyRole: ['finance', 'operator'] }],
]);

/** Decides a call. Takes any text, so that a route which asks for something unheard of is closed to everybody. */
export function mayCall(access: string, caller: Caller | null): AccessDecision {
  if (access === 'public') return 'yes';
  const rule = RULES.get(access);
  if (!rule) return 'no';
  if (!caller) return 'signIn';
  if (!rule.kinds.includes(caller.kind)) return 'no';
  // An agency user without an agency could see nobody's things or everybody's: neither is let in.
  if (access === 'agency' && caller.agencyId === null) return 'no';
  return !rule.anyRole || rule.anyRole.some((role) => caller.roles.includes(role)) ? 'yes' : 'no';
}

/** One-time codes: six digits, five minutes, five tries. */
export const CODE = { digits: 6, lifetimeMs: 5 * 60_000, maxTries: 5 } as const;

/** How long staff may take between the password and the second factor, and how often they may miss. */
export const STAFF_CHALLENGE = { lifetimeMs: 5 * 60_000, maxTries: 5 } as const;

export const DEFAULT_CODE_LIMITS: CodeLimits = {
  perPhonePerHour: 5,
  perAddressPerHour: 100,
  resendAfterMs: 60_000,
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A session ends this long after it began, whatever happens, and this long after it was last used. */
export const SESSION_LIMITS: Readonly<Record<Caller['kind'], { absoluteMs: number; idleMs: number }>> = {
  staff: { absoluteMs: 12 * HOUR_MS, idleMs: HOUR_MS / 2 },
  resident: { absoluteMs: 30 * DAY_MS, idleMs: 7 * DAY_MS },
};

/** Whether a session is still good. */
export function sessionIsLive(
  session: { kind: Caller['kind']; lastSeenAtMs: number; expiresAtMs: number },
  nowMs: number,
): boolean {
  return nowMs < session.expiresAtMs && nowMs < session.lastSeenAtMs + SESSION_LIMITS[session.kind].idleMs;
}

/**
 * A mainland China mobile number as 11 digits, or null. Takes +86, 0086 or 86 in front, and spaces, dashes and
 * brackets anywhere, as people write them.
 */
export function normalisePhone(typed: string): string | null {
  if (typed.length > 40) return null;
  const digits = typed.replace(/[\s\-()]/g, '').replace(/^(\+86|0086|86(?=1\d{10}$))/, '');
  return /^1[3-9]\d{9}$/.test(digits) ? digits : null;
}

/** `138****5678` */
export function maskPhone(phone: string): string {
  return `${phone.slice(0, 3)}****${phone.slice(-4)}`;
}

/** E-mail addresses are looked up without regard to case. */
export function normaliseEmail(typed: string): string {
  return typed.trim().toLowerCase();
}

export const PASSWORD_MIN_CHARS = 12;

/** What is wrong with a new member of staff, or null. */
export function staffProblem(
  staff: NewStaff,
): 'email_invalid' | 'password_too_short' | 'staff_roles_invalid' | null {
  if (!/^[^\s@]+@[^\s@]+$/.test(normaliseEmail(staff.email))) return 'email_invalid';
  if ([...staff.password].length < PASSWORD_MIN_CHARS) return 'password_too_short';
  const known = staff.roles.every((role) => ['agency', 'finance', 'operator'].includes(role));
  const agencyMatches = staff.roles.includes('agency') === (staff.agencyId !== undefined);
  return staff.roles.length > 0 && known && agencyMatches ? null : 'staff_roles_invalid';
}
