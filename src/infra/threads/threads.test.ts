import { KeptThreads, openThreads, resultOf, ThreadDied, type Threads } from './index.ts';

type Sums = typeof import('../../../test/support/sums.thread.ts');

describe('threads', () => {
  let threads: Threads<Sums>;
  beforeAll(() => {
    threads = openThreads<Sums>(new URL('../../../test/support/sums.thread.ts', import.meta.url), 2);
  });
  afterAll(() => threads.close());

  it('run functions of a module, each result to whoever asked', async () => {
    const asked = Array.from({ length: 20 }, (_, at) => threads.run('sumOf', [at, 1]));
    expect(await Promise.all(asked)).toEqual(asked.map((_, at) => at + 1));
    expect(await threads.run('slowly', 5)).toBe(5);
  });

  it('move a buffer where told to, and copy it otherwise', async () => {
    const bytes = new Uint8Array(8);
    expect(await threads.run('bytesOf', bytes)).toBe(8);
    expect(bytes.length).toBe(8);
    expect(await threads.run('bytesOf', bytes, { transfer: [bytes.buffer] })).toBe(8);
    expect(bytes.length).toBe(0);
  });

  it('hand on what a function throws', async () => {
    await expect(threads.run('fail', 'no such sum')).rejects.toThrow('no such sum');
  });

  it('hand on a refusal as what it is', async () => {
    expect(resultOf(await threads.run('refuse', 0))).toBe('done');
    const refused = await threads.run('refuse', 7);
    const error = expect.objectContaining({
      ...{ name: 'DomainError', kind: 'conflict', code: 'too_many_sums' },
      ...{ params: { count: 7 }, retryAfterSeconds: 1 },
    });
    expect(() => resultOf(refused)).toThrow(error);
    await expect(threads.run('refuse', -1)).rejects.toThrow('not a count');
  });

  it('tell of a thread that died, and go on without it', async () => {
    const others = Array.from({ length: 6 }, (_, at) => threads.run('slowly', at));
    const deaths = [threads.run('die', 3), threads.run('die', 0), threads.run('die', 1)];
    const later = Array.from({ length: 6 }, (_, at) => threads.run('sumOf', [at]));
    // All at once: a promise that is rejected before somebody looks at it ends the test.
    await Promise.all(deaths.map((death) => expect(death).rejects.toThrow(ThreadDied)));
    expect(await Promise.all(others)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await Promise.all(later)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('end a thread that is told to stop in the middle', async () => {
    const stop = new AbortController();
    const spinning = threads.run('spin', undefined, { signal: stop.signal });
    await threads.run('slowly', 1);
    stop.abort();
    await expect(spinning).rejects.toThrow(/abort/i);
    expect(await threads.run('sumOf', [1, 2])).toBe(3);
  });

  it('reject what is asked of a module that cannot be loaded', async () => {
    const none = openThreads<Sums>(new URL('../../../test/support/none.thread.ts', import.meta.url), 1);
    await expect(none.run('sumOf', [1])).rejects.toThrow();
    await none.close();
  });

  it('reject what has not come back when they are closed', async () => {
    const closing = openThreads<Sums>(new URL('../../../test/support/sums.thread.ts', import.meta.url), 1);
    const spinning = closing.run('spin', undefined);
    const waiting = closing.run('sumOf', [1]);
    await Promise.all([
      expect(spinning).rejects.toThrow(),
      expect(waiting).rejects.toThrow(),
      closing.close(),
    ]);
  });
});

describe('kept threads', () => {
  const sums = () => new KeptThreads<Sums>(new URL('../../../test/support/sums.thread.ts', import.meta.url));

  it('are lent to one at a time, and again to the next', async () => {
    const kept = sums();
    const both = await Promise.all([1, 2].map(() => kept.lend((thread) => thread.run('thread', undefined))));
    expect(new Set(both).size).toBe(2);
    const later = await kept.lend((thread) => thread.run('thread', undefined));
    expect(both).toContain(later);
  });

  it('are kept after work that failed, or that was cut off', async () => {
    const kept = sums();
    await expect(kept.lend((thread) => thread.run('fail', 'no such sum'))).rejects.toThrow('no such sum');
    const stop = new AbortController();
    const spinning = kept.lend((thread) => thread.run('spin', undefined, { signal: stop.signal }));
    stop.abort();
    await expect(spinning).rejects.toThrow(/abort/i);
    expect(await kept.lend((thread) => thread.run('sumOf', [1, 2]))).toBe(3);
  });
});
