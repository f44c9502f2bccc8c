import type { Clock } from '../../src/kernel/clock.ts';

/** A clock that stands still until it is told to move. */
export class TestClock implements Clock {
  private atMs: number;

  constructor(atMs = Date.parse('2026-03-02T04:05:06.000Z')) {
    this.atMs = atMs;
  }

  nowMs(): number {
    return this.atMs;
  }

  advance(byMs: number): void {
    this.atMs += byMs;
  }
}
