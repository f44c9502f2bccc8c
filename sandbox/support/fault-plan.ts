import { randomInt } from 'node:crypto';

/** A fault that somebody asked for: which calls it strikes, and how often. */
export interface FaultRule<Fault extends string> {
  /** The operation it strikes; `*` is any. */
  operation: string;
  fault: Fault;
  /** How many calls it strikes before it is used up; without limit when absent. */
  times?: number;
  /** The share of calls it strikes, above 0 and up to 1 (every one, the default). */
  share?: number;
  /** Where the random draws of `share` start; drawn and reported when absent, so that a run can be repeated. */
  seed?: number;
  /** For faults that wait. */
  delayMs?: number;
}

/** What strikes one call. */
export interface Strike<Fault extends string> {
  fault: Fault;
  delayMs?: number;
}

interface ArmedRule<Fault extends string> {
  rule: FaultRule<Fault>;
  left: number;
  draw: () => number;
}

/** Faults by request: the first rule that fits a call strikes it. */
export class FaultPlan<Fault extends string> {
  private armed: ArmedRule<Fault>[] = [];

  /** Arms a rule; returns the seed in use. */
  add(rule: FaultRule<Fault>): { seed: number } {
    const seed = rule.seed ?? randomInt(2 ** 31);
    this.armed.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY, draw: seededDraws(seed) });
    return { seed };
  }

  clear(): void {
    this.armed = [];
  }

  /** The fault that strikes this call, if any; counts it. */
  strike(operation: string): Strike<Fault> | null {
    for (const armed of this.armed) {
      const { rule } = armed;
      if (armed.left <= 0 || (rule.operation !== '*' && rule.operation !== operation)) continue;
      if (rule.share !== undefined && armed.draw() >= rule.share) continue;
      armed.left--;
      return { fault: rule.fault, delayMs: rule.delayMs };
    }
    return null;
  }
}

/** Draws in [0, 1), the same for the same seed: the mulberry32 generator. */
export function seededDraws(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
