/** A failure of ours that has come back this often will not go away by itself: a person has to look. */
const PARK_AFTER_FAILURES = 8;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5 * 60_000;

/**
 * How long a task waits after its n-th failure in a row: doubling, with full jitter above half of it. Null: park it.
 * `random` is in [0, 1).
 */
export function waitAfterFailureMs(failures: number, random: number): number | null {
  if (failures >= PARK_AFTER_FAILURES) return null;
  const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
  return Math.round(waitMs * (0.5 + 0.5 * random));
}
