/** How long a break has been open, in whole days since it was found. */
export const AGE_BUCKETS = ['0-1', '2-3', '4-7', '8-30', '31+'] as const;
export type AgeBucket = (typeof AGE_BUCKETS)[number];

const DAY_MS = 86_400_000;

/** From how many whole days on; each ends where the next begins. */
const FROM_DAYS: Readonly<Record<AgeBucket, number>> = { '0-1': 0, '2-3': 2, '4-7': 4, '8-30': 8, '31+': 31 };

/** When breaks of an age were found: after the one moment, and not after the other. */
export function ageSpanMs(age: AgeBucket, nowMs: number): { openedAfterMs: number; openedUntilMs: number } {
  const next = AGE_BUCKETS[AGE_BUCKETS.indexOf(age) + 1];
  return {
    openedAfterMs: next === undefined ? -1 : nowMs - FROM_DAYS[next] * DAY_MS,
    // What another server's clock has found a moment ahead is new.
    openedUntilMs: age === '0-1' ? Number.MAX_SAFE_INTEGER : nowMs - FROM_DAYS[age] * DAY_MS,
  };
}
