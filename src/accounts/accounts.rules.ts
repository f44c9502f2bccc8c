import type { Caller, CodeLimits, KeyScope, NewStaff, PersonKind, Role } from './accounts.types.ts';

/** What a route asks of its caller. */
export type Access =
  | 'public'
  | 'signedIn'
  | 'resident'
  | 'staff'
  | 'agency'
  | 'finance'
  | 'operator'
  | 'operatorOrAgency'
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
  ['operatorOrAgency', { kinds: ['staff'], anyRole: ['operator', 'agency'] }],
  ['financeOrOperator', { kinds: ['staff'], anyRole: ['finance', 'operator'] }],
]);

/** What a call is about, as far as access hangs on it. */
export interface CallTarget {
  /** The agency that the path names, if it names one. */
  agencyId?: string | undefined;
  /** What an API key must be good for; without one, the route is closed to keys. */
  keyScope?: KeyScope | undefined;
}

/** Decides a call. Takes any text, so that a route which asks for something unheard of is closed to everybody. */
export function mayCall(access: string, caller: Caller | null, target: CallTarget = {}): AccessDecision {
  if (access === 'public') return 'yes';
  const rule = RULES.get(access);
  if (!rule) return 'no';
  if (!caller) return 'signIn';
  const isKey = caller.kind === 'agencyKey';
  // A key stands in for a user of its agency, where its scope says so.
  if (isKey && !(target.keyScope && caller.scopes?.includes(target.keyScope))) return 'no';
  if (!rule.kinds.includes(isKey ? 'staff' : caller.kind)) return 'no';
  if (!rule.anyRole) return isKey ? 'no' : 'yes';
  return rule.anyRole.some((role) => caller.roles.includes(role) && roleReaches(role, caller, target))
    ? 'yes'
    : 'no';
}

/** Agency users reach their own agency alone; one without an agency could see nobody's things or everybody's: neither. */
function roleReaches(role: Role, { agencyId }: Caller, target: CallTarget): boolean {
  if (role !== 'agency') return true;
  return agencyId !== null && (target.agencyId === undefined || target.agencyId === agencyId);
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
export const SESSION_LIMITS: Readonly<Record<PersonKind, { absoluteMs: number; idleMs: number }>> = {
  staff: { absoluteMs: 12 * HOUR_MS, idleMs: HOUR_MS / 2 },
  resident: { absoluteMs: 30 * DAY_MS, idleMs: 7 * DAY_MS },
};

/** Whether a session is still good. */
export function sessionIsLive(
  session: { kind: PersonKind; lastSeenAtMs: number; expiresAtMs: number },
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
  if (staff.password !== undefined && [...staff.password].length < PASSWORD_MIN_CHARS)
    return 'password_too_short';
  const known = staff.roles.every((role) => ['agency', 'finance', 'operator'].includes(role));
  const agencyMatches = staff.roles.includes('agency') === (staff.agencyId !== undefined);
  // Who works for an agency decides nothing here: an agency's user has no other role.
  if (staff.roles.includes('agency') && new Set(staff.roles).size > 1) return 'staff_roles_invalid';
  return staff.roles.length > 0 && known && agencyMatches ? null : 'staff_roles_invalid';
}
