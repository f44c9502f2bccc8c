/** Of the calls that go well, so many may be repeated calls. */
const SHARE_OF_CALLS = 0.1;
/** So that a quiet connection gets to its unknown payments too. */
const MOST_GUARANTEED_PER_SECOND = 10;
const SECONDS_KEPT = 10;
/** References that failed and were not asked about again since; the oldest are forgotten, and may then repeat freely. */
const MAX_FAILED = 20_000;

/**
 * Keeps what failed from filling a connection that is coming back: calls about a reference whose last call failed are at most a
 * tenth of the others, beyond a small guaranteed rate. For one connection, in one process.
 */
export class RetryBudget {
  private readonly guaranteedPerMs: number;
  private readonly most: number;
  private tokens: number;
  private asOfMs: number;
  private readonly failed = new Set<string>();

  /** `ratePerSecond` is the connection's limit: a slow one is guaranteed less. */
  constructor(ratePerSecond: number, nowMs: number) {
    const perSecond = Math.min(MOST_GUARANTEED_PER_SECOND, Math.max(1, ratePerSecond * SHARE_OF_CALLS));
    this.guaranteedPerMs = perSecond / 1_000;
    this.most = perSecond * SECONDS_KEPT;
    this.tokens = this.most;
    this.asOfMs = nowMs;
  }

  /** Null when a call about the reference may go out; else when it is worth coming back. */
  whenToCome(reference: string | null, nowMs: number): number | null {
    this.refill(nowMs);
    if (reference === null || !this.failed.has(reference)) {
      this.add(SHARE_OF_CALLS);
      return null;
    }
    if (this.tokens >= 1) {
      this.tokens -= 1;
      return null;
    }
    return nowMs + Math.ceil((1 - this.tokens) / this.guaranteedPerMs);
  }

  /** What came of a call about a reference. */
  note(reference: string | null, hasFailed: boolean): void {
    if (reference === null) return;
    this.failed.delete(reference);
    if (!hasFailed) return;
    this.failed.add(reference);
    if (this.failed.size > MAX_FAILED) {
      const [oldest] = this.failed;
      if (oldest !== undefined) this.failed.delete(oldest);
    }
  }

  private refill(nowMs: number): void {
    this.add(Math.max(0, nowMs - this.asOfMs) * this.guaranteedPerMs);
    this.asOfMs = nowMs;
  }

  private add(tokens: number): void {
    this.tokens = Math.min(this.most, this.tokens + tokens);
  }
}
