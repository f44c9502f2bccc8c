import type { ConnectionLimits } from './agencies.types.ts';

/** Calls that may wait for each that may run: enough for a burst, too few to grow stale. */
const WAITING_PER_SLOT = 8;
/** A caller who has waited this long is told that we are busy: nothing was sent, so trying again is safe. */
const MAX_WAIT_MS = 2_000;
const SECOND_MS = 1_000;

interface Waiter {
  untilMs: number;
  resolve(entered: boolean): void;
}

/**
 * Holds a connection to its limits, in one process: so many calls at once, and so many begun in any second. What
 * exceeds them waits in a short queue, first come first served; what exceeds the queue is turned away.
 */
export class CallGate {
  readonly limits: ConnectionLimits;
  private running = 0;
  private readonly waiters: Waiter[] = [];
  /** When the last `ratePerSecond` calls began, as a ring: the oldest must be a second old before another begins. */
  private readonly beganMs: number[];
  private oldest = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(limits: ConnectionLimits) {
    this.limits = limits;
    this.beganMs = new Array<number>(limits.ratePerSecond).fill(Number.NEGATIVE_INFINITY);
  }

  /** Runs `call` when the limits allow it; `busy` when they don't in time. */
  async run<T>(call: () => Promise<T>): Promise<{ kind: 'done'; value: T } | { kind: 'busy' }> {
    if (!(await this.enter())) return { kind: 'busy' };
    try {
      return { kind: 'done', value: await call() };
    } finally {
      this.running--;
      this.admit();
    }
  }

  private enter(): Promise<boolean> | boolean {
    const nowMs = performance.now();
    if (this.waiters.length === 0 && this.mayBegin(nowMs)) {
      this.begin(nowMs);
      return true;
    }
    if (this.waiters.length >= this.limits.concurrency * WAITING_PER_SLOT) return false;
    return new Promise((resolve) => {
      this.waiters.push({ untilMs: nowMs + MAX_WAIT_MS, resolve });
      this.admit();
    });
  }

  private mayBegin(nowMs: number): boolean {
    return this.running < this.limits.concurrency && nowMs - this.oldestBeganMs() >= SECOND_MS;
  }

  private oldestBeganMs(): number {
    return this.beganMs[this.oldest] ?? Number.NEGATIVE_INFINITY;
  }

  private begin(nowMs: number): void {
    this.running++;
    this.beganMs[this.oldest] = nowMs;
    this.oldest = (this.oldest + 1) % this.beganMs.length;
  }

  /** Lets in whom the limits allow, turns away whose time is up, and sets the alarm for the next of either. */
  private admit(): void {
    clearTimeout(this.timer);
    const nowMs = performance.now();
    for (let first = this.waiters[0]; first; first = this.waiters[0]) {
      const admitted = this.mayBegin(nowMs);
      if (!admitted && nowMs < first.untilMs) {
        this.timer = setTimeout(() => this.admit(), this.nextAlarmMs(first) - nowMs);
        return;
      }
      this.waiters.shift();
      if (admitted) this.begin(nowMs);
      first.resolve(admitted);
    }
  }

  private nextAlarmMs(first: Waiter): number {
    // With every slot taken, the call that leaves one wakes the queue; time alone only ends the wait.
    if (this.running >= this.limits.concurrency) return first.untilMs;
    return Math.min(first.untilMs, this.oldestBeganMs() + SECOND_MS);
  }
}
