import { z } from 'zod';
import type { HttpClient, LocalText, Manifest } from '../../../src/contract/index.ts';
import type { Clock } from '../../../src/kernel/clock.ts';
import type { Settings } from '../client.ts';

const inputs = z.record(z.string(), z.string());

/** Accounts of the agency's test system, for the kit to ask for and to pay. */
export const testAccountsSchema = z.object({
  /**
   * Each has something to pay: a bill due, or an account or a paper that may be paid for. Where the agency takes payments
   * back, one is enough; otherwise each serves once.
   */
  due: z
    .array(z.object({ inputs, amountMinor: z.int().positive().optional() }))
    .min(1)
    .max(100),
  /** An account without bills; where bills are fetched. */
  nothingDue: inputs.optional(),
  /** No such account; wherever anything is asked before paying. */
  unknown: inputs.optional(),
  /** An agency of the test system that is never open, and an account that it would have. */
  closed: z.object({ agencyCode: z.string().max(64).optional(), inputs }),
});
export type TestAccounts = z.output<typeof testAccountsSchema>;

export interface ConformanceTarget {
  manifest: Manifest;
  settings: Settings;
  accounts: TestAccounts;
  http: HttpClient;
  clock: Clock;
  /** Stops the agency hard, and resolves when it answers again; without it, that check is skipped. */
  restart?(): Promise<void>;
}

export interface CheckResult {
  /** Stable, such as `duplicate-concurrent`. */
  id: string;
  status: 'passed' | 'failed' | 'skipped';
  title: LocalText;
  expected: LocalText;
  /** What came instead; technical, without personal data. Empty when it passed. */
  got: string;
  /** What to do about it. */
  advice: LocalText;
}

export interface ConformanceReport {
  kitVersion: string;
  agencyId: string;
  /** SHA-256 of the manifest's canonical JSON, hexadecimal: another manifest needs another report. */
  manifestHash: string;
  /** ISO 8601 */
  madeAt: string;
  checks: CheckResult[];
  /** No check failed. */
  passed: boolean;
}

/** What a check found instead of what it expects. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
}
