import { CHECK_TEXTS } from './check-texts.data.ts';
import { PAYMENT_CHECKS } from './checks.payments.ts';
import { QUERY_CHECKS } from './checks.queries.ts';
import { SIGNATURE_CHECKS } from './checks.signatures.ts';
import type { Check } from './checks.types.ts';
import { UNDOING_CHECKS } from './checks.undoing.ts';
import {
  type CheckResult,
  type ConformanceReport,
  type ConformanceTarget,
  Mismatch,
} from './conformance.types.ts';
import { manifestHashOf } from './report.ts';
import { Session } from './session.ts';

/** Changes whenever a check is added, removed or means something else. */
const KIT_VERSION = '1.0.0';
/** The last one compares the statement with everything that the others have paid. */
const CHECKS: readonly Check[] = [...QUERY_CHECKS, ...SIGNATURE_CHECKS, ...PAYMENT_CHECKS, ...UNDOING_CHECKS];

/**
 * Drives an agency's endpoint through every situation of the protocol, one after the other, with real test payments. `onCheck`
 * hears of each result as it comes.
 */
export async function runConformance(
  target: ConformanceTarget,
  onCheck: (result: CheckResult) => void = () => {},
): Promise<ConformanceReport> {
  const session = new Session(target);
  const checks: CheckResult[] = [];
  for (const check of CHECKS) {
    const result = await resultOf(check, session);
    checks.push(result);
    onCheck(result);
  }
  return {
    kitVersion: KIT_VERSION,
    agencyId: target.manifest.id,
    manifestHash: manifestHashOf(target.manifest),
    madeAt: new Date(target.clock.nowMs()).toISOString(),
    checks,
    passed: checks.every(({ status }) => status !== 'failed'),
  };
}

/** The names of all checks, in the order in which they run. */
export const CHECK_IDS: readonly string[] = CHECKS.map(({ id }) => id);

/** Runs one check alone, for whoever is mending what it found; throws RangeError when there is none of that id. */
export async function runCheck(target: ConformanceTarget, id: string): Promise<CheckResult> {
  const check = CHECKS.find((candidate) => candidate.id === id);
  if (!check) throw new RangeError(`there is no check ${id}`);
  return resultOf(check, new Session(target));
}

async function resultOf(check: Check, session: Session): Promise<CheckResult> {
  const { id } = check;
  const texts = CHECK_TEXTS[id];
  if (!texts) throw new RangeError(`the check ${id} has no texts`);
  if (!check.appliesTo(session)) return { id, status: 'skipped', ...texts, got: '' };
  try {
    await check.run(session);
    return { id, status: 'passed', ...texts, got: '' };
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    return { id, status: 'failed', ...texts, got: error.message };
  } finally {
    await session.settle();
  }
}
