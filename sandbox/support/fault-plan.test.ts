import fc from 'fast-check';
import { FaultPlan, seededDraws } from './fault-plan.ts';

describe('the fault plan', () => {
  it('strikes the operation it was asked for, as often as it was asked to', () => {
    const plan = new FaultPlan<'slow' | 'reset'>();
    plan.add({ operation: 'pay', fault: 'slow', times: 2, delayMs: 7 });
    plan.add({ operation: '*', fault: 'reset', times: 1 });
    expect(plan.strike('pay')).toEqual({ fault: 'slow', delayMs: 7 });
    expect(plan.strike('query')).toMatchObject({ fault: 'reset' });
    expect(plan.strike('pay')).toMatchObject({ fault: 'slow' });
    expect(plan.strike('pay')).toBeNull();
    plan.add({ operation: 'pay', fault: 'reset' });
    plan.clear();
    expect(plan.strike('pay')).toBeNull();
  });

  it('strikes the same calls again from the seed that it reported', () => {
    const struck = (seed?: number) => {
      const plan = new FaultPlan<'reset'>();
      const { seed: used } = plan.add({ operation: '*', fault: 'reset', share: 0.3, seed });
      return { used, calls: Array.from({ length: 200 }, () => plan.strike('pay') !== null) };
    };
    const first = struck();
    expect(struck(first.used).calls).toEqual(first.calls);
    expect(first.calls).toContain(true);
    expect(first.calls).toContain(false);
  });

  it('draws evenly in [0, 1)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const draw = seededDraws(seed);
        const draws = Array.from({ length: 1000 }, draw);
        expect(draws.every((value) => value >= 0 && value < 1)).toBe(true);
        const mean = draws.reduce((total, value) => total + value, 0) / draws.length;
        expect(Math.abs(mean - 0.5)).toBeLessThan(0.07);
      }),
    );
  });
});
