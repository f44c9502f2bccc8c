import type { Caller, Role } from './accounts.types.ts';

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
