import fc from 'fast-check';
import {
  addressGroup,
  decideAttempt,
  forgive,
  type GuardPolicy,
  type GuardState,
  type LockPolicy,
  NEVER_TRIED,
  type RatePolicy,
} from './guards.rules.ts';

const START_MS = 1_700_000_000_000;

/** Tries at the given gaps; returns the times at which a try was allowed, and the state after each. */
function tryAt(policy: GuardPolicy, gapsMs: readonly number[]) {
  let state: GuardState = NEVER_TRIED;
  let nowMs = START_MS;
  const allowed: { atMs: number; state: GuardState }[] = [];
  for (const gapMs of gapsMs) {
    nowMs += gapMs;
    const decision = decideAttempt(state, policy, nowMs);
    if (decision.allowed) {
      state = decision.next;
      allowed.push({ atMs: nowMs, state });
    } else {
      expect(decision.retryAtMs).toBeGreaterThan(nowMs);
    }
  }
  return { allowed, state, nowMs };
}

const gaps = (maxMs: number) => fc.array(fc.integer({ min: 0, max: maxMs }), { maxLength: 60 });

describe('rate policy', () => {
  const policy: RatePolicy = { kind: 'rate', max: 5, windowMs: 3_600_000, minGapMs: 60_000 };

  it('keeps tries apart, and never lets more than twice the limit into any window', () => {
    fc.assert(
      fc.property(gaps(600_000), (gapsMs) => {
        const { allowed } = tryAt(policy, gapsMs);
        for (const [i, { atMs }] of allowed.entries()) {
          const before = allowed[i - 1];
          if (before) expect(atMs - before.atMs).toBeGreaterThanOrEqual(policy.minGapMs);
          const inWindow = allowed.filter(
            (other) => other.atMs <= atMs && other.atMs > atMs - policy.windowMs,
          );
          expect(inWindow.length).toBeLessThanOrEqual(2 * policy.max);
        }
      }),
    );
  });

  it('allows a try at the moment it names', () => {
    fc.assert(
      fc.property(gaps(600_000), (gapsMs) => {
        const { state, nowMs } = tryAt(policy, gapsMs);
        const decision = decideAttempt(state, policy, nowMs);
        if (decision.allowed) return;
        expect(decideAttempt(state, policy, decision.retryAtMs - 1).allowed).toBe(false);
        expect(decideAttempt(state, policy, decision.retryAtMs).allowed).toBe(true);
      }),
    );
  });

  it('bears a server whose clock is behind where no gap is asked for', () => {
    const { state } = tryAt({ ...policy, minGapMs: 0 }, [0]);
    expect(decideAttempt(state, { ...policy, minGapMs: 0 }, START_MS - 500).allowed).toBe(true);
  });

  it('refuses the sixth in an hour', () => {
    expect(tryAt(policy, Array(6).fill(60_000)).allowed).toHaveLength(5);
    expect(tryAt(policy, [...Array(5).fill(60_000), 3_600_000]).allowed).toHaveLength(6);
  });
});

describe('lock policy', () => {
  const policy: LockPolicy = {
    kind: 'lock',
    freeFailures: 3,
    firstWaitMs: 1_000,
    maxWaitMs: 10_000,
    forgetAfterMs: 100_000,
  };

  it('lets a few failures pass, then doubles the wait up to the longest', () => {
    let state = NEVER_TRIED;
    let nowMs = START_MS;
    const waitsMs = Array.from({ length: 10 }, () => {
      const decision = decideAttempt(state, policy, nowMs);
      if (!decision.allowed) throw new Error('refused at the time it named');
      state = decision.next;
      const waitMs = Math.max(0, state.blockedUntilMs - nowMs);
      nowMs += waitMs;
      return waitMs;
    });
    expect(waitsMs).toEqual([0, 0, 0, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
  });

  it('refuses at every moment of the wait, and allows at its end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 2_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, part) => {
          const before = {
            attempts,
            windowStartedAtMs: START_MS,
            lastAtMs: START_MS,
            blockedUntilMs: START_MS,
          };
          const decision = decideAttempt(before, policy, START_MS);
          if (!decision.allowed) throw new Error('refused at the time it named');
          const { blockedUntilMs } = decision.next;
          const during = START_MS + Math.floor((blockedUntilMs - START_MS) * part);
          expect(decideAttempt(decision.next, policy, during)).toEqual({
            allowed: false,
            retryAtMs: blockedUntilMs,
          });
          expect(decideAttempt(decision.next, policy, blockedUntilMs).allowed).toBe(true);
        },
      ),
    );
  });

  it('forgets after a quiet time, and forgives what succeeded', () => {
    const { state } = tryAt(policy, [0, 0, 0, 0]);
    expect(state).toMatchObject({ attempts: 4, blockedUntilMs: START_MS + 1_000 });
    const later = decideAttempt(state, policy, START_MS + policy.forgetAfterMs);
    expect(later).toMatchObject({ allowed: true, next: { attempts: 1, blockedUntilMs: 0 } });
    expect(forgive(state)).toMatchObject({ attempts: 3, blockedUntilMs: 0 });
    expect(forgive(NEVER_TRIED).attempts).toBe(0);
  });
});

describe('addressGroup', () => {
  it('keeps IPv4 addresses apart, mapped or not', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(addressGroup(address)).toBe(address);
        expect(addressGroup(`::ffff:${address}`)).toBe(address);
      }),
    );
  });

  it('takes all addresses of a /64 as one, however they are written', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
    const groups = fc.tuple(group, group, group, group, group, group, group, group);
    fc.assert(
      fc.property(groups, groups, (one, other) => {
        const [a, b, c, d] = one;
        fc.pre(!(a === '0' && b === '0' && c === '0' && d === '0'));
        const expected = `${a}:${b}:${c}:${d}::/64`;
        expect(addressGroup(one.join(':'))).toBe(expected);
        expect(addressGroup([a, b, c, d, ...other.slice(4)].join(':').toUpperCase())).toBe(expected);
        expect(addressGroup(`${a.padStart(4, '0')}:${b}:${c}:${d}::1`)).toBe(expected);
        expect(addressGroup(`${a}:${b}:${c}:${d}::%eth0`)).toBe(expected);
      }),
    );
    expect(addressGroup('::1')).toBe('0:0:0:0::/64');
    expect(addressGroup('2001:db8::')).toBe('2001:db8:0:0::/64');
  });
});
