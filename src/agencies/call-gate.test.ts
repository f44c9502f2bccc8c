import { jest } from '@jest/globals';
import fc from 'fast-check';
import { CallGate } from './call-gate.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('CallGate', () => {
  it('never exceeds either limit, admits in order, and settles every call', async () => {
    const call = fc.record({
      afterMs: fc.integer({ min: 0, max: 400 }),
      lastsMs: fc.integer({ min: 0, max: 900 }),
      lane: fc.constantFrom('looks' as const, 'payments' as const),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 8 }),
        fc.array(call, { minLength: 1, maxLength: 60 }),
        async (concurrency, ratePerSecond, calls) => {
          const gate = new CallGate({ concurrency, ratePerSecond });
          const began: { index: number; atMs: number; lane: string }[] = [];
          let running = 0;
          const outcomes: string[] = [];
          const arrivals = calls.map(async ({ afterMs, lastsMs, lane }, index) => {
            await sleep(calls.slice(0, index).reduce((sumMs, earlier) => sumMs + earlier.afterMs, afterMs));
            const result = await gate.run(lane, async () => {
              began.push({ index, atMs: performance.now(), lane });
              running++;
              expect(running).toBeLessThanOrEqual(concurrency);
              await sleep(lastsMs);
              running--;
              return index;
            });
            outcomes[index] = result.kind;
          });
          await jest.runAllTimersAsync();
          await Promise.all(arrivals);
          expect(outcomes.filter((kind) => kind === 'done')).toHaveLength(began.length);
          expect(outcomes.filter(Boolean)).toHaveLength(calls.length);
          for (const lane of ['looks', 'payments']) {
            const inOrder = began.filter((one) => one.lane === lane).map(({ index }) => index);
            expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
          }
          for (const [i, { atMs }] of began.entries()) {
            const oneTooMany = began[i + ratePerSecond];
            if (oneTooMany) expect(oneTooMany.atMs - atMs).toBeGreaterThanOrEqual(1_000);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('lets a burst wait for its second, and turns away who has waited too long', async () => {
    const gate = new CallGate({ concurrency: 100, ratePerSecond: 2 });
    const startMs = performance.now();
    const results = Promise.all(
      Array.from({ length: 7 }, () => gate.run('looks', async () => performance.now() - startMs)),
    );
    await jest.runAllTimersAsync();
    expect((await results).map((result) => (result.kind === 'done' ? result.value : 'busy'))).toEqual([
      0,
      0,
      1_000,
      1_000,
      2_000,
      2_000,
      'busy',
    ]);
  });

  it('turns away at once what exceeds the queue, and frees the slot of a call that throws', async () => {
    const gate = new CallGate({ concurrency: 1, ratePerSecond: 100 });
    const failing = gate.run('looks', async () => {
      await sleep(10);
      throw new Error('as a bug would');
    });
    const failed = expect(failing).rejects.toThrow('as a bug would');
    const waiting = Array.from({ length: 8 }, () => gate.run('looks', async () => 'done'));
    expect(await gate.run('looks', async () => 'done')).toEqual({ kind: 'busy' });
    await jest.runAllTimersAsync();
    await failed;
    for (const result of waiting) expect(await result).toEqual({ kind: 'done', value: 'done' });
  });

  it('keeps a slot, a place in the queue and every other turn for the other lane', async () => {
    const gate = new CallGate({ concurrency: 4, ratePerSecond: 1_000 });
    const began: string[] = [];
    const call = (lane: 'looks' | 'payments', lastsMs: number) =>
      gate.run(lane, async () => {
        began.push(lane);
        await sleep(lastsMs);
      });
    const looks = Array.from({ length: 100 }, () => call('looks', 500));
    await jest.advanceTimersByTimeAsync(0);
    expect(began).toEqual(['looks', 'looks', 'looks']);
    const payment = call('payments', 100);
    await jest.advanceTimersByTimeAsync(0);
    expect(began.at(-1)).toBe('payments');
    const more = Array.from({ length: 10 }, () => call('payments', 100));
    await jest.runAllTimersAsync();
    expect(await payment).toMatchObject({ kind: 'done' });
    expect((await Promise.all(more)).every(({ kind }) => kind === 'done')).toBe(true);
    const doneLooks = (await Promise.all(looks)).filter(({ kind }) => kind === 'done').length;
    expect(doneLooks).toBeGreaterThanOrEqual(12);
    expect(doneLooks).toBeLessThan(100);
  });
});
