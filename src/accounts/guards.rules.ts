import { isIPv6 } from 'node:net';

/** How often somebody has tried something; one row of `sign_in_guards`. */
export interface GuardState {
  attempts: number;
  windowStartedAtMs: number;
  lastAtMs: number;
  blockedUntilMs: number;
}

export type GuardDecision = { allowed: true; next: GuardState } | { allowed: false; retryAtMs: number };

/** So many in a window, and so far apart. */
export interface RatePolicy {
  kind: 'rate';
  max: number;
  windowMs: number;
  minGapMs: number;
}

/** After so many failures each further one costs twice the wait; forgotten after a quiet time. */
export interface LockPolicy {
  kind: 'lock';
  freeFailures: number;
  firstWaitMs: number;
  maxWaitMs: number;
  forgetAfterMs: number;
}

export type GuardPolicy = RatePolicy | LockPolicy;

export const NEVER_TRIED: GuardState = { attempts: 0, windowStartedAtMs: 0, lastAtMs: 0, blockedUntilMs: 0 };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Guesses at one member of staff's password or code. */
export const STAFF_ACCOUNT_LOCK: LockPolicy = {
  kind: 'lock',
  freeFailures: 5,
  firstWaitMs: 30_000,
  maxWaitMs: 15 * MINUTE_MS,
  forgetAfterMs: 24 * HOUR_MS,
};

/** Guesses from one address, at whomever: many people may sit behind one. */
export const STAFF_ADDRESS_LOCK: LockPolicy = { ...STAFF_ACCOUNT_LOCK, freeFailures: 30 };

/**
 * Whether one more attempt may be made now. An attempt counts before it is known to fail, so that a hundred guesses at
 * once are a hundred guesses; `forgive` takes a successful one back.
 */
export function decideAttempt(state: GuardState, policy: GuardPolicy, nowMs: number): GuardDecision {
  return policy.kind === 'rate' ? decideRate(state, policy, nowMs) : decideLock(state, policy, nowMs);
}

function decideRate(state: GuardState, policy: RatePolicy, nowMs: number): GuardDecision {
  const windowEndsAtMs = state.windowStartedAtMs + policy.windowMs;
  const hasTried = state.attempts > 0;
  const inWindow = hasTried && nowMs < windowEndsAtMs;
  // Servers' clocks differ by a little: where no gap is asked for, one that is behind refuses nothing.
  const apartAtMs = hasTried && policy.minGapMs > 0 ? state.lastAtMs + policy.minGapMs : 0;
  const roomAtMs = inWindow && state.attempts >= policy.max ? windowEndsAtMs : 0;
  const retryAtMs = Math.max(apartAtMs, roomAtMs);
  if (nowMs < retryAtMs) return { allowed: false, retryAtMs };
  return {
    allowed: true,
    next: {
      attempts: inWindow ? state.attempts + 1 : 1,
      windowStartedAtMs: inWindow ? state.windowStartedAtMs : nowMs,
      lastAtMs: nowMs,
      blockedUntilMs: 0,
    },
  };
}

function decideLock(state: GuardState, policy: LockPolicy, nowMs: number): GuardDecision {
  if (nowMs < state.blockedUntilMs) return { allowed: false, retryAtMs: state.blockedUntilMs };
  const forgotten = nowMs >= state.lastAtMs + policy.forgetAfterMs;
  const attempts = (forgotten ? 0 : state.attempts) + 1;
  const beyond = attempts - policy.freeFailures;
  // The exponent is held down so that years of failures don't overflow it.
  const waitMs =
    beyond > 0 ? Math.min(policy.maxWaitMs, policy.firstWaitMs * 2 ** Math.min(beyond - 1, 30)) : 0;
  return {
    allowed: true,
    next: {
      attempts,
      windowStartedAtMs: forgotten ? nowMs : state.windowStartedAtMs,
      lastAtMs: nowMs,
      blockedUntilMs: waitMs > 0 ? nowMs + waitMs : 0,
    },
  };
}

/** Takes one attempt back: it succeeded, so neither it nor the wait it began should count. */
export function forgive(state: GuardState): GuardState {
  return { ...state, attempts: Math.max(0, state.attempts - 1), blockedUntilMs: 0 };
}

/**
 * What counts as one client: an IPv4 address, or the first half of an IPv6 address, since one subscriber holds all
 * of a /64. Anything else counts as itself.
 */
export function addressGroup(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const plain = address.split('%')[0] ?? '';
  if (!isIPv6(plain)) return address;
  // The URL parser writes any spelling of an address in its one canonical form.
  const canonical = new URL(`http://[${plain}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
