import type { Logger } from '../contract/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ConnectionLimits } from './agencies.types.ts';
import {
  type Admission,
  admit,
  afterCall,
  afterNoCall,
  type BreakerState,
  CLOSED,
  classOf,
} from './breaker.rules.ts';
import { CallGate } from './call-gate.ts';
import { bucketOf, type CallCounts } from './health.rules.ts';
import { RetryBudget } from './retry-budget.ts';

/** What came of asking for a call to be made. */
export type Passage<T> =
  | { kind: 'done'; value: T }
  /** Nothing was sent. `retryAtMs`: the soonest time worth trying again, when that is known. */
  | { kind: 'heldBack'; because: 'limits' | 'breaker' | 'retryBudget'; retryAtMs: number | null };

/** How a connection went in one minute, in this process. */
export interface MinuteOfCalls extends CallCounts {
  minuteAtMs: number;
  isBreakerOpen: boolean;
}

interface CountedMinute {
  succeeded: number;
  failed: number;
  heldBack: number;
  durations: Map<number, number>;
}

const MINUTE_MS = 60_000;
/** Should nobody take them, minutes are dropped: they are figures, not facts. */
const MAX_MINUTES = 15;

/**
 * The line to one connection, in this process: what it may bear, whether it answers, and how it went. One line never waits for
 * another.
 */
export class ConnectionLine {
  private readonly clock: Clock;
  private readonly log: Logger;
  private gate: CallGate;
  private retries: RetryBudget;
  private breaker: BreakerState = CLOSED;
  private readonly minutes = new Map<number, CountedMinute>();

  constructor(limits: ConnectionLimits, clock: Clock, log: Logger) {
    this.clock = clock;
    this.log = log;
    this.gate = new CallGate(limits);
    this.retries = new RetryBudget(limits.ratePerSecond, clock.nowMs());
  }

  /** Follows a change of limits; calls under way under the old ones are not counted against the new. */
  setLimits(limits: ConnectionLimits): void {
    const { concurrency, ratePerSecond } = this.gate.limits;
    if (concurrency === limits.concurrency && ratePerSecond === limits.ratePerSecond) return;
    this.gate = new CallGate(limits);
    this.retries = new RetryBudget(limits.ratePerSecond, this.clock.nowMs());
  }

  isBreakerOpen(): boolean {
    return this.breaker.kind === 'open';
  }

  /**
   * Makes a call when the breaker, the retry budget and the limits let it; `reference` is what it is about, where a later call may be
   * about the same. `call` says what it came to and whether that was a failure of the connection.
   */
  async run<T>(
    { operation, reference }: { operation: string; reference: string | null },
    call: () => Promise<{ value: T; hasFailed: boolean }>,
  ): Promise<Passage<T>> {
    const callClass = classOf(operation);
    const { admission, state } = admit(this.breaker, callClass, this.clock.nowMs());
    this.breaker = state;
    if (admission.kind === 'heldBack') return this.heldBack('breaker', admission.retryAtMs);
    if (admission.kind === 'through') {
      const comeAtMs = this.retries.whenToCome(reference, this.clock.nowMs());
      if (comeAtMs !== null) return this.heldBack('retryBudget', comeAtMs);
    }
    const lane = callClass === 'look' ? 'looks' : 'payments';
    const passage = await this.gate.run(lane, () => this.measured(admission, reference, call));
    if (passage.kind === 'done') return passage;
    if (admission.kind === 'probe') this.breaker = afterNoCall(this.breaker);
    return this.heldBack('limits', null);
  }

  /** What was counted; whole minutes that are over are given once, the present one each time. */
  takeMinutes(): MinuteOfCalls[] {
    const currentMs = this.minuteNowMs();
    // Said again every minute, even when nobody calls.
    if (this.isBreakerOpen()) this.minute();
    const taken = [...this.minutes].map(([minuteAtMs, counted]) => ({
      minuteAtMs,
      isBreakerOpen: this.isBreakerOpen(),
      ...counted,
      durations: new Map(counted.durations),
    }));
    for (const { minuteAtMs } of taken) if (minuteAtMs < currentMs) this.minutes.delete(minuteAtMs);
    return taken;
  }

  private async measured<T>(
    admission: Admission,
    reference: string | null,
    call: () => Promise<{ value: T; hasFailed: boolean }>,
  ): Promise<T> {
    const beganMs = performance.now();
    let hasFailed = true;
    try {
      const result = await call();
      hasFailed = result.hasFailed;
      return result.value;
    } finally {
      const counted = this.minute();
      const bucket = bucketOf(performance.now() - beganMs);
      counted.durations.set(bucket, (counted.durations.get(bucket) ?? 0) + 1);
      counted[hasFailed ? 'failed' : 'succeeded']++;
      this.retries.note(reference, hasFailed);
      const outcome = { isProbe: admission.kind === 'probe', hasFailed };
      this.setBreaker(afterCall(this.breaker, outcome, this.clock.nowMs(), Math.random()));
    }
  }

  private setBreaker(next: BreakerState): void {
    if (next.kind === 'open' && this.breaker.kind === 'closed') {
      this.log.warn('the connection does not answer: calls are held back');
    }
    if (next.kind === 'closed' && this.breaker.kind === 'open') this.log.info('the connection answers again');
    this.breaker = next;
  }

  private heldBack(because: 'limits' | 'breaker' | 'retryBudget', retryAtMs: number | null) {
    this.minute().heldBack++;
    return { kind: 'heldBack' as const, because, retryAtMs };
  }

  private minute(): CountedMinute {
    const minuteAtMs = this.minuteNowMs();
    let counted = this.minutes.get(minuteAtMs);
    if (!counted) {
      counted = { succeeded: 0, failed: 0, heldBack: 0, durations: new Map() };
      this.minutes.set(minuteAtMs, counted);
      const [oldest] = this.minutes.keys();
      if (this.minutes.size > MAX_MINUTES && oldest !== undefined) this.minutes.delete(oldest);
    }
    return counted;
  }

  private minuteNowMs(): number {
    return Math.floor(this.clock.nowMs() / MINUTE_MS) * MINUTE_MS;
  }
}
