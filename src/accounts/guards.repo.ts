import { type Db, insertOrAdd, type Tx, toInt } from '../infra/db/index.ts';
import { decideAttempt, forgive, type GuardPolicy, type GuardState, NEVER_TRIED } from './guards.rules.ts';

export interface Guard {
  /** Blind index of who is counted. */
  key: string;
  policy: GuardPolicy;
}

interface GuardRow {
  guard_key: string;
  attempts: number;
  window_started_at_ms: string;
  last_at_ms: string;
  blocked_until_ms: string;
}

/**
 * Counts one attempt against every guard, or, when any of them refuses, against none.
 * Returns null when it may go ahead, else when to try again.
 */
export async function countAttempt(
  tx: Tx,
  guards: readonly Guard[],
  nowMs: number,
): Promise<{ retryAtMs: number } | null> {
  const states = await lockGuards(
    tx,
    guards.map((guard) => guard.key),
  );
  const decisions = guards.map((guard) => ({
    key: guard.key,
    decision: decideAttempt(states.get(guard.key) ?? NEVER_TRIED, guard.policy, nowMs),
  }));
  const refusals = decisions.flatMap(({ decision }) => (decision.allowed ? [] : [decision.retryAtMs]));
  if (refusals.length > 0) return { retryAtMs: Math.max(...refusals) };
  for (const { key, decision } of decisions) if (decision.allowed) await writeGuard(tx, key, decision.next);
  return null;
}

/** Takes one attempt back from each guard. */
export async function forgiveAttempt(tx: Tx, keys: readonly string[]): Promise<void> {
  for (const [key, state] of await lockGuards(tx, keys)) await writeGuard(tx, key, forgive(state));
}

/** Forgets all attempts of one guard. */
export async function forgetAttempts(tx: Tx, key: string): Promise<void> {
  await tx('sign_in_guards').where({ guard_key: key }).delete();
}

/** For clearing out what no policy looks at any more. */
export async function deleteGuardsUnusedSince(db: Db, beforeMs: number): Promise<number> {
  return db('sign_in_guards').where('last_at_ms', '<', beforeMs).delete();
}

/** Makes the rows that are missing and locks them all, in one order, so that attempts are counted one by one. */
async function lockGuards(tx: Tx, keys: readonly string[]): Promise<Map<string, GuardState>> {
  const sorted = [...keys].sort();
  const rows = sorted.map((key) => guardRow(key, NEVER_TRIED));
  await insertOrAdd(tx, 'sign_in_guards', rows, ['guard_key'], ['attempts']);
  const locked = await tx<GuardRow>('sign_in_guards').whereIn('guard_key', sorted);
  return new Map(
    locked.map((row) => [
      row.guard_key,
      {
        attempts: toInt(row.attempts),
        windowStartedAtMs: toInt(row.window_started_at_ms),
        lastAtMs: toInt(row.last_at_ms),
        blockedUntilMs: toInt(row.blocked_until_ms),
      },
    ]),
  );
}

async function writeGuard(tx: Tx, key: string, state: GuardState): Promise<void> {
  await tx('sign_in_guards').where({ guard_key: key }).update(guardRow(key, state));
}

function guardRow(key: string, state: GuardState) {
  return {
    guard_key: key,
    attempts: state.attempts,
    window_started_at_ms: state.windowStartedAtMs,
    last_at_ms: state.lastAtMs,
    blocked_until_ms: state.blockedUntilMs,
  };
}
