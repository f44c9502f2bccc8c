import type { Clock } from '../../src/kernel/clock.ts';

/** Remembers what was seen for as long as its timestamp would still be taken. */
export class SeenNonces {
  private readonly clock: Clock;
  private readonly windowMs: number;
  /** In two generations of twice the window each: a nonce is forgotten only when its timestamp is too old. */
  private seen = new Set<string>();
  private seenBefore = new Set<string>();
  private generationEndsAtMs = 0;

  constructor(clock: Clock, windowMs: number) {
    this.clock = clock;
    this.windowMs = windowMs;
  }

  /** Whether a moment is near enough to now, either way. */
  isFresh(atMs: number): boolean {
    return Math.abs(atMs - this.clock.nowMs()) <= this.windowMs;
  }

  /** Whether a nonce was seen before; it has been from now on. */
  isReplayed(nonce: string): boolean {
    const nowMs = this.clock.nowMs();
    if (nowMs >= this.generationEndsAtMs) {
      this.seenBefore = this.seen;
      this.seen = new Set();
      this.generationEndsAtMs = nowMs + 2 * this.windowMs;
    }
    if (this.seen.has(nonce) || this.seenBefore.has(nonce)) return true;
    this.seen.add(nonce);
    return false;
  }
}
