import type { Clock } from '../../src/kernel/clock.ts';

/** The other side's own clock, which tests and demos may move: business dates and due dates follow it. */
export class SandboxClock implements Clock {
  private readonly base: Clock;
  private offsetMs = 0;

  constructor(base: Clock) {
    this.base = base;
  }

  nowMs(): number {
    return this.base.nowMs() + this.offsetMs;
  }

  /** Sets the time; it goes on running from there. */
  set(nowMs: number): void {
    this.offsetMs = nowMs - this.base.nowMs();
  }

  advance(byMs: number): void {
    this.offsetMs += byMs;
  }

  /** Back to real time. */
  reset(): void {
    this.offsetMs = 0;
  }
}
