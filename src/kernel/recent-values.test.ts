import { RecentValues } from './recent-values.ts';

describe('RecentValues', () => {
  let nowMs = 0;
  const clock = { nowMs: () => nowMs };

  it('loads once for many at once, again when it is old or forgotten, and never keeps a failure', async () => {
    let loads = 0;
    let failing = false;
    const values = new RecentValues(
      async (key) => {
        loads++;
        if (failing) throw new Error('down');
        return `${key}${loads}`;
      },
      clock,
      100,
      10,
    );
    expect(await Promise.all([values.get('a'), values.get('a')])).toEqual(['a1', 'a1']);
    nowMs += 99;
    expect(await values.get('a')).toBe('a1');
    nowMs += 1;
    expect(await values.get('a')).toBe('a2');
    values.forget('a');
    failing = true;
    await expect(values.get('a')).rejects.toThrow('down');
    failing = false;
    expect(await values.get('a')).toBe('a4');
  });

  it('lets the oldest go beyond its size', async () => {
    const loaded: string[] = [];
    const values = new RecentValues(async (key) => loaded.push(key), clock, 100, 2);
    for (const key of ['a', 'b', 'c', 'b', 'c', 'a']) await values.get(key);
    expect(loaded).toEqual(['a', 'b', 'c', 'a']);
  });
});
