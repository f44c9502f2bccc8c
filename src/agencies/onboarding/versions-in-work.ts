import type { Tx } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { type AgencyHead, findVersion, lockHead } from '../versions.repo.ts';
import { insertOnboarding, lockOnboarding, type OnboardingRow, updateOnboarding } from './onboarding.repo.ts';
import { type StageEvent, stageAfter } from './onboarding.rules.ts';

/** Everything about an agency that a command may change, locked until its transaction ends. */
export interface VersionInWork {
  row: OnboardingRow;
  /** Null before anything of it was made live. */
  head: AgencyHead | null;
}

/**
 * Locks an agency's onboarding; one that an operator put live directly begins at `live`. Null for an agency that nobody has
 * heard of.
 */
export async function lockInWork(tx: Tx, agencyId: string, nowMs: number): Promise<VersionInWork | null> {
  const found = await lockOnboarding(tx, agencyId);
  const head = await lockHead(tx, agencyId);
  if (found) return { row: found, head };
  if (!head) return null;
  // Whoever held the agency's row may have written this one meanwhile.
  const adopted = await lockOnboarding(tx, agencyId);
  if (adopted) return { row: adopted, head };
  const row: OnboardingRow = {
    agencyId,
    stage: 'live',
    version: head.liveVersion,
    requestId: null,
    updatedAtMs: nowMs,
  };
  await insertOnboarding(tx, row);
  return { row, head };
}

/** The same; throws `onboarding_not_found`. */
export async function lockKnown(tx: Tx, agencyId: string, nowMs: number): Promise<VersionInWork> {
  const found = await lockInWork(tx, agencyId, nowMs);
  if (!found) throw new DomainError('notFound', 'onboarding_not_found');
  return found;
}

/** Takes the step that an event is, with what else of the row changes by it. Throws `onboarding_stage_wrong`. */
export async function step(
  tx: Tx,
  row: OnboardingRow,
  event: StageEvent,
  change: Partial<OnboardingRow> & Pick<OnboardingRow, 'updatedAtMs'>,
): Promise<OnboardingRow> {
  const next = { ...row, stage: stageAfter(row.stage, event), ...change };
  await updateOnboarding(tx, next);
  return next;
}

/** The content of the version being worked on. */
export async function contentInWork(tx: Tx, { agencyId, version }: OnboardingRow) {
  const found = await findVersion(tx, agencyId, version);
  if (!found) throw new Error('the version being worked on is not there');
  return found;
}
