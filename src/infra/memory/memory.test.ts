import { setTimeout as wait } from 'node:timers/promises';
import { collectGarbage, collectYoungGarbage, releaseBytes, SharedSlabs } from './index.ts';

const MIB = 1024 ** 2;

describe('collecting garbage', () => {
  it('lets go of what nobody has, shared memory too', async () => {
    const gone = new WeakRef(new SharedArrayBuffer(8));
    // What was made in this turn is kept until it ends.
    await wait(0);
    collectGarbage();
    expect(gone.deref()).toBeUndefined();
  });

  it('lets go of long buffers that were made lately', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const lengths = Array.from({ length: 8 }, () => Buffer.alloc(MIB).length);
    expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThanOrEqual(lengths.length * MIB);
    await wait(0);
    collectYoungGarbage();
    await wait(0);
    collectYoungGarbage();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MIB);
  });
});

describe('releasing bytes', () => {
  it('gives their memory back at once', () => {
    const before = process.memoryUsage().arrayBuffers;
    const all = [Buffer.alloc(30 * MIB, 1), new Uint8Array(30 * MIB)];
    expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThan(59 * MIB);
    releaseBytes(...all);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MIB);
    expect(all.map(({ length }) => length)).toEqual([0, 0]);
  });

  it('leaves what is a part of something longer, or shared', () => {
    const long = Buffer.from('what others still read'.repeat(1_000));
    const pooled = Buffer.from('few bytes lie beside others');
    const shared = new Uint8Array(new SharedArrayBuffer(8)).fill(7);
    releaseBytes(long.subarray(0, 4), pooled, shared);
    expect(long.toString('utf8', 0, 4)).toBe('what');
    expect(pooled.toString()).toBe('few bytes lie beside others');
    expect(shared[7]).toBe(7);
  });

  it('does so again without harm', () => {
    const bytes = Buffer.alloc(MIB);
    releaseBytes(bytes);
    releaseBytes(bytes);
    expect(bytes.length).toBe(0);
  });
});

describe('shared slabs', () => {
  it('hand out zeroed memory that does not overlap, at multiples of 8 bytes', () => {
    const slabs = new SharedSlabs();
    const all = [1, 8, 13, 60 * MIB, 5, 0, 40 * MIB, 40 * MIB].map((length, at) => {
      const bytes = slabs.take(length);
      expect(bytes.every((byte) => byte === 0)).toBe(true);
      expect([bytes.length, bytes.byteOffset % 8]).toEqual([length, 0]);
      return bytes.fill(at + 1);
    });
    for (const [at, bytes] of all.entries()) expect(bytes.every((byte) => byte === at + 1)).toBe(true);
    expect(all[0]?.buffer).toBe(all[1]?.buffer);
  });
});
