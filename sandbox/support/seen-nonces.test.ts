import { SandboxClock } from './sandbox-clock.ts';
import { SeenNonces } from './seen-nonces.ts';

describe('nonces', () => {
  const WINDOW_MS = 1_000;
  const clock = new SandboxClock({ nowMs: () => 50_000 });

  it('are seen once for as long as their timestamp is taken, and longer than that forgotten', () => {
    const nonces = new SeenNonces(clock, WINDOW_MS);
    expect(nonces.isReplayed('a')).toBe(false);
    expect(nonces.isReplayed('b')).toBe(false);
    // A timestamp from the future of the window is fresh for twice the window.
    for (const _ of Array.from({ length: 20 })) {
      clock.advance(100);
      expect(nonces.isReplayed('a')).toBe(true);
    }
    clock.advance(10 * WINDOW_MS);
    expect(nonces.isReplayed('c')).toBe(false);
    clock.advance(10 * WINDOW_MS);
    expect(nonces.isReplayed('b')).toBe(false);
  });

  it('come with a time that is near enough', () => {
    const nonces = new SeenNonces(clock, WINDOW_MS);
    const nowMs = clock.nowMs();
    for (const offMs of [-WINDOW_MS, 0, WINDOW_MS]) expect(nonces.isFresh(nowMs + offMs)).toBe(true);
    for (const offMs of [-WINDOW_MS - 1, WINDOW_MS + 1, Number.NaN]) {
      expect(nonces.isFresh(nowMs + offMs)).toBe(false);
    }
  });
});
