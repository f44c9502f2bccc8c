import { inBatches } from './in-batches.ts';

describe('what many want at once', () => {
  it('is asked for together, in as few requests as there may be, each key once', async () => {
    const asked: (readonly string[])[] = [];
    const get = inBatches<string>(2, async (keys) => {
      asked.push([...keys]);
      return new Map(keys.filter((key) => key !== 'gone').map((key) => [key, key.toUpperCase()]));
    });
    expect(await Promise.all(['a', 'a', 'b', 'gone'].map(get))).toEqual(['A', 'A', 'B', null]);
    expect(asked).toEqual([['a', 'b'], ['gone']]);
    expect(await get('a')).toBe('A');
    expect(asked).toHaveLength(3);
  });

  it('fails for all that asked together, and is asked anew later', async () => {
    let isDown = true;
    const get = inBatches<number>(9, async (keys) => {
      if (isDown) throw new Error('down');
      return new Map(keys.map((key) => [key, 1]));
    });
    const both = await Promise.allSettled([get('a'), get('b')]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isDown = false;
    expect(await get('a')).toBe(1);
  });
});
