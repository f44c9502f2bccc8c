import fc from 'fast-check';
import { RetryBudget } from './retry-budget.ts';

describe('the retry budget', () => {
  it('never lets more through than a tenth of the other calls, a guaranteed rate, and what it kept', () => {
    const call = fc.record({
      waitMs: fc.nat({ max: 500 }),
      isRetry: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(call, { maxLength: 400 }),
        (ratePerSecond, calls) => {
          const budget = new RetryBudget(ratePerSecond, 0);
          budget.note('failed', true);
          const guaranteedPerSecond = Math.min(10, Math.max(1, ratePerSecond / 10));
          let [nowMs, others, retries] = [0, 0, 0];
          for (const { waitMs, isRetry } of calls) {
            nowMs += waitMs;
            const comeAtMs = budget.whenToCome(isRetry ? 'failed' : null, nowMs);
            if (!isRetry) {
              others++;
              expect(comeAtMs).toBeNull();
            } else if (comeAtMs === null) retries++;
            else {
              expect(comeAtMs).toBeGreaterThan(nowMs);
              expect(comeAtMs).toBeLessThanOrEqual(nowMs + 1_000);
            }
            const most = 10 * guaranteedPerSecond + 0.1 * others + (guaranteedPerSecond * nowMs) / 1_000;
            expect(retries).toBeLessThanOrEqual(most + 1e-6);
          }
        },
      ),
    );
  });

  it('lets who was held back through when told to come back, if nobody else came', () => {
    const budget = new RetryBudget(10, 0);
    budget.note('failed', true);
    for (let i = 0; i < 10; i++) expect(budget.whenToCome('failed', 0)).toBeNull();
    const comeAtMs = budget.whenToCome('failed', 0);
    expect(comeAtMs).toBe(1_000);
    expect(budget.whenToCome('failed', 998)).not.toBeNull();
    expect(budget.whenToCome('failed', 1_001)).toBeNull();
  });

  it('counts as a retry only what is about a reference whose last call failed', () => {
    const budget = new RetryBudget(1, 0);
    const spendAll = () => {
      budget.note('other', true);
      for (let i = 0; i < 100; i++) budget.whenToCome('other', 0);
    };
    spendAll();
    expect(budget.whenToCome('one', 0)).toBeNull();
    budget.note('one', true);
    spendAll();
    expect(budget.whenToCome('one', 0)).not.toBeNull();
    budget.note('one', false);
    expect(budget.whenToCome('one', 0)).toBeNull();
    expect(budget.whenToCome(null, 0)).toBeNull();
  });

  it('keeps a bounded number of references', () => {
    const budget = new RetryBudget(1, 0);
    for (let i = 0; i <= 20_000; i++) budget.note(`reference ${i}`, true);
    for (let i = 0; i < 100; i++) budget.whenToCome('reference 20000', 0);
    expect(budget.whenToCome('reference 20000', 0)).not.toBeNull();
    expect(budget.whenToCome('reference 0', 0)).toBeNull();
  });
});
