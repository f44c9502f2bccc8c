import type { ConnectionLimits } from './agencies.types.ts';

/** Calls that may wait for each that may run: enough for a burst, too few to grow stale. */
const WAITING_PER_SLOT = 8;
/** A caller who has waited this long is told that we are busy: nothing was sent, so trying again is safe. */
const MAX_WAIT_MS = 2_000;
const SECOND_MS = 1_000;
/** One of so many slots is kept for the other lane, whatever a lane would like to have. */
const SLOTS_PER_KEPT = 8;

/** Residents who look something up, and payments under way: neither may crowd out the other. */
export type Lane = 'looks' | 'payments';

const otherLane = (lane: Lane): Lane => (lane === 'looks' ? 'payments' : 'looks');

interface Waiter {
  untilMs: number;
  resolve(entered: boolean): void;
}

interface LaneState {
  running: number;
  readonly waiters: Waiter[];
}

/**
 * Holds a connection to its limits, in one process: so many calls at once, and so many begun in any second. What
 * exceeds them waits in a short queue for each lane, first come first served, the lanes in turns; what exceeds the queue is turned
 * away.
 */
export class CallGate {
  readonly limits: ConnectionLimits;
  private readonly lanes: Readonly<Record<Lane, LaneState>> = {
    looks: { running: 0, waiters: [] },
    payments: { running: 0, waiters: [] },
  };
  /** Slots that one lane may fill by itself. */
  private readonly mostOfLane: number;
  private nextTurn: Lane = 'payments';
  /** When the last `ratePerSecond` calls began, as a ring: the oldest must be a second old before another begins. */
  private readonly beganMs: number[];
  private oldest = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(limits: ConnectionLimits) {
    this.limits = limits;
    const { concurrency } = limits;
    // A single slot cannot be shared but in turns.
    this.mostOfLane = concurrency === 1 ? 1 : concurrency - Math.ceil(concurrency / SLOTS_PER_KEPT);
    this.beganMs = new Array<number>(limits.ratePerSecond).fill(Number.NEGATIVE_INFINITY);
  }

  /** Runs `call` when the limits allow it; `busy` when they don't in time. */
  async run<T>(lane: Lane, call: () => Promise<T>): Promise<{ kind: 'done'; value: T } | { kind: 'busy' }> {
    if (!(await this.enter(lane))) return { kind: 'busy' };
    try {
      return { kind: 'done', value: await call() };
    } finally {
      this.lanes[lane].running--;
      this.admit();
    }
  }

  private enter(lane: Lane): Promise<boolean> | boolean {
    const nowMs = performance.now();
    const { waiters } = this.lanes[lane];
    if (!this.isAnybodyInTurn(lane) && this.mayBegin(lane, nowMs)) {
      this.begin(lane, nowMs);
      return true;
    }
    if (waiters.length >= this.limits.concurrency * WAITING_PER_SLOT) return false;
    return new Promise((resolve) => {
      waiters.push({ untilMs: nowMs + MAX_WAIT_MS, resolve });
      this.admit();
    });
  }

  /** Whether somebody waits whom a newcomer to the lane would overtake: not one of the other lane who waits for its own slots. */
  private isAnybodyInTurn(lane: Lane): boolean {
    const other = otherLane(lane);
    const { waiters } = this.lanes[lane];
    return waiters.length > 0 || (this.lanes[other].waiters.length > 0 && this.hasSlot(other));
  }

  private mayBegin(lane: Lane, nowMs: number): boolean {
    return this.hasSlot(lane) && nowMs - this.oldestBeganMs() >= SECOND_MS;
  }

  private hasSlot(lane: Lane): boolean {
    const { looks, payments } = this.lanes;
    const isFree = looks.running + payments.running < this.limits.concurrency;
    return isFree && this.lanes[lane].running < this.mostOfLane;
  }

  private oldestBeganMs(): number {
    return this.beganMs[this.oldest] ?? Number.NEGATIVE_INFINITY;
  }

  private begin(lane: Lane, nowMs: number): void {
    this.lanes[lane].running++;
    this.beganMs[this.oldest] = nowMs;
    this.oldest = (this.oldest + 1) % this.beganMs.length;
    this.nextTurn = otherLane(lane);
  }

  /** Lets in whom the limits allow, turns away whose time is up, and sets the alarm for the next of either. */
  private admit(): void {
    clearTimeout(this.timer);
    const nowMs = performance.now();
    for (let lane = this.nextToBegin(nowMs); lane; lane = this.nextToBegin(nowMs)) {
      const first = this.lanes[lane].waiters.shift();
      this.begin(lane, nowMs);
      first?.resolve(true);
    }
    for (const { waiters } of Object.values(this.lanes)) {
      // Who has waited longest is first: behind one whose time is not up, nobody's is.
      while (waiters[0] && waiters[0].untilMs <= nowMs) waiters.shift()?.resolve(false);
    }
    const alarmMs = this.nextAlarmMs();
    if (alarmMs !== null) this.timer = setTimeout(() => this.admit(), alarmMs - nowMs);
  }

  private nextToBegin(nowMs: number): Lane | undefined {
    return [this.nextTurn, otherLane(this.nextTurn)].find(
      (lane) => this.lanes[lane].waiters.length > 0 && this.mayBegin(lane, nowMs),
    );
  }

  private nextAlarmMs(): number | null {
    const alarmsMs = Object.entries(this.lanes).flatMap(([lane, { waiters }]) => {
      const first = waiters[0];
      if (!first) return [];
      // With every slot taken, the call that leaves one wakes the queue; time alone only ends the wait.
      const mayBeginAtMs = this.hasSlot(lane as Lane) ? this.oldestBeganMs() + SECOND_MS : first.untilMs;
      return [Math.min(first.untilMs, mayBeginAtMs)];
    });
    return alarmsMs.length > 0 ? Math.min(...alarmsMs) : null;
  }
}
