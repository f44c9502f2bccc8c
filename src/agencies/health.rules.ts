/** How calls went in a stretch of time. Durations are counted in buckets, so that those of many processes add up. */
export interface CallCounts {
  succeeded: number;
  failed: number;
  /** Not sent: our limits, the retry budget, or an open breaker. */
  heldBack: number;
  /** Calls by `bucketOf` their duration. */
  durations: ReadonlyMap<number, number>;
}

export const NO_CALLS: CallCounts = { succeeded: 0, failed: 0, heldBack: 0, durations: new Map() };

/** Buckets double every four: a percentile is at most 19% above the truth. */
const BUCKETS_PER_DOUBLING = 4;

/** The bucket of a duration; 0 holds all up to a millisecond. */
export function bucketOf(durationMs: number): number {
  return durationMs <= 1 ? 0 : Math.ceil(Math.log2(durationMs) * BUCKETS_PER_DOUBLING);
}

/** The longest duration in a bucket, in milliseconds. */
export function upperBoundMs(bucket: number): number {
  return 2 ** (bucket / BUCKETS_PER_DOUBLING);
}

export function addCounts(a: CallCounts, b: CallCounts): CallCounts {
  const durations = new Map(a.durations);
  for (const [bucket, calls] of b.durations) durations.set(bucket, (durations.get(bucket) ?? 0) + calls);
  return {
    succeeded: a.succeeded + b.succeeded,
    failed: a.failed + b.failed,
    heldBack: a.heldBack + b.heldBack,
    durations,
  };
}

/** A duration that a share of the calls did not exceed, in whole milliseconds; null of none. */
export function durationAtShareMs({ durations }: CallCounts, share: number): number | null {
  const total = [...durations.values()].reduce((sum, calls) => sum + calls, 0);
  let counted = 0;
  for (const [bucket, calls] of [...durations].sort(([a], [b]) => a - b)) {
    counted += calls;
    if (counted >= share * total) return Math.round(upperBoundMs(bucket));
  }
  return null;
}
