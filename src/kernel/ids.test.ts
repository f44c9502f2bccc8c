import fc from 'fast-check';
import { beginningOfIds, isId, newId, randomShardHint, SHARD_HINTS, shardHintOf, timeOfId } from './ids.ts';

const timeMs = fc.nat({ max: Date.UTC(9999, 0) });
const shardHint = fc.nat({ max: SHARD_HINTS - 1 });
const prefix = fc.stringMatching(/^[a-z]{2,4}$/);

describe('an id', () => {
  it('gives back its time and its shard hint', () => {
    fc.assert(
      fc.property(prefix, timeMs, shardHint, (kind, atMs, hint) => {
        const id = newId(kind, atMs, hint);
        expect(timeOfId(id)).toBe(atMs);
        expect(shardHintOf(id)).toBe(hint);
      }),
    );
  });

  it('stands behind the beginning of its time, and before that of the next', () => {
    fc.assert(
      fc.property(prefix, timeMs, shardHint, (kind, atMs, hint) => {
        const id = newId(kind, atMs, hint);
        expect(id > beginningOfIds(kind, atMs)).toBe(true);
        expect(id < beginningOfIds(kind, atMs + 1)).toBe(true);
      }),
    );
  });

  it('has one shape, which fits its column', () => {
    fc.assert(
      fc.property(prefix, timeMs, shardHint, (kind, atMs, hint) => {
        const id = newId(kind, atMs, hint);
        expect(isId(kind, id)).toBe(true);
        expect(isId(`${kind}x`, id)).toBe(false);
        expect(id.length).toBeLessThanOrEqual(32);
      }),
    );
  });

  it('sorts by the time it was made, as plain text', () => {
    fc.assert(
      fc.property(timeMs, timeMs, shardHint, shardHint, (firstMs, secondMs, one, other) => {
        fc.pre(firstMs !== secondMs);
        const earlierFirst = newId('pay', firstMs, one) < newId('pay', secondMs, other);
        expect(earlierFirst).toBe(firstMs < secondMs);
      }),
    );
  });

  it('is never made twice, at one time and for one shard', () => {
    const ids = new Set(Array.from({ length: 20_000 }, () => newId('pay', 1_700_000_000_000, 7)));
    expect(ids.size).toBe(20_000);
  });

  it('uses every character of the alphabet where it is random', () => {
    const seen = new Set(Array.from({ length: 500 }, () => newId('pay', 0, 0).slice(-14)).join(''));
    expect([...seen].sort().join('')).toBe('0123456789abcdefghjkmnpqrstvwxyz');
  });

  it.each([
    [-1, 0],
    [0.5, 0],
    [Number.NaN, 0],
    [32 ** 10, 0],
    [0, -1],
    [0, 0.5],
    [0, SHARD_HINTS],
  ])('is not made of time %d and hint %d', (atMs, hint) => {
    expect(() => newId('pay', atMs, hint)).toThrow(RangeError);
  });
});

describe('isId', () => {
  it('refuses any other text', () => {
    const good = newId('pay', 1_700_000_000_000, 1);
    for (const text of [
      '',
      'pay_',
      good.toUpperCase(),
      `${good}0`,
      good.slice(0, -1),
      `${good}\n`,
      good.replace('_', '-'),
    ]) {
      expect(isId('pay', text)).toBe(false);
    }
    for (const letter of 'ilou') expect(isId('pay', good.slice(0, -1) + letter)).toBe(false);
    fc.assert(fc.property(fc.string(), (text) => !isId('pay', text)));
  });
});

describe('randomShardHint', () => {
  it('stays in range and reaches all of it', () => {
    const hints = Array.from({ length: 40_000 }, randomShardHint);
    expect(hints.every((hint) => Number.isInteger(hint) && hint >= 0 && hint < SHARD_HINTS)).toBe(true);
    // The chance that 40,000 draws miss any one of 1,024 values is below 1e-13.
    expect(new Set(hints).size).toBe(SHARD_HINTS);
  });
});
