import fc from 'fast-check';
import {
  addCounts,
  bucketOf,
  type CallCounts,
  durationAtShareMs,
  NO_CALLS,
  upperBoundMs,
} from './health.rules.ts';

const countsOf = (durationsMs: readonly number[]): CallCounts =>
  durationsMs.reduce<CallCounts>(
    (counts, durationMs) =>
      addCounts(counts, { ...NO_CALLS, succeeded: 1, durations: new Map([[bucketOf(durationMs), 1]]) }),
    NO_CALLS,
  );
const duration = fc.double({ min: 0, max: 120_000, noNaN: true });

describe('figures of calls', () => {
  it('put every duration in a bucket that is at most a fifth too long', () => {
    fc.assert(
      fc.property(duration, (durationMs) => {
        const boundMs = upperBoundMs(bucketOf(durationMs));
        expect(boundMs).toBeGreaterThanOrEqual(durationMs - 1e-6);
        if (durationMs > 1) expect(boundMs).toBeLessThanOrEqual(durationMs * 1.2);
      }),
    );
  });

  it('of many processes add up to those of all calls', () => {
    fc.assert(
      fc.property(fc.array(fc.array(duration), { minLength: 1, maxLength: 5 }), (byProcess) => {
        const added = byProcess.map(countsOf).reduce(addCounts, NO_CALLS);
        const whole = countsOf(byProcess.flat());
        expect(added.succeeded).toBe(whole.succeeded);
        for (const share of [0.5, 0.99]) {
          expect(durationAtShareMs(added, share)).toBe(durationAtShareMs(whole, share));
        }
      }),
    );
  });

  it('tell the duration that a share did not exceed, and none of no calls', () => {
    const counts = countsOf([...new Array(98).fill(10), 1_000, 5_000]);
    expect(durationAtShareMs(counts, 0.5)).toBe(11);
    expect(durationAtShareMs(counts, 0.99)).toBe(1_024);
    expect(durationAtShareMs(counts, 1)).toBe(5_793);
    expect(durationAtShareMs(NO_CALLS, 0.5)).toBeNull();
  });
});
