import type { DecidedRequest, DecisionRow } from './approvals.repo.ts';
import type { ApprovalState } from './onboarding.types.ts';

/**
 * What became of a request. An approval by whoever submitted it is none, even if such a row came into the database; a
 * withdrawal counts unless the approval had taken effect before.
 */
export function stateOf(
  request: Pick<DecidedRequest, 'submittedBy' | 'decisions'>,
  nowMs: number,
): { state: ApprovalState; decision: DecisionRow | null } {
  const counting = request.decisions.filter(
    ({ decision, decidedBy }) => decision === 'withdrawn' || decidedBy !== request.submittedBy,
  );
  const of = (name: DecisionRow['decision']) => counting.find(({ decision }) => decision === name) ?? null;
  const [approved, returned, withdrawn] = [of('approved'), of('returned'), of('withdrawn')];
  const effectAtMs = approved ? (approved.takesEffectAtMs ?? approved.decidedAtMs) : null;
  const isInTime = effectAtMs === null || (withdrawn !== null && withdrawn.decidedAtMs < effectAtMs);
  if (withdrawn && isInTime) return { state: 'withdrawn', decision: withdrawn };
  if (returned) return { state: 'returned', decision: returned };
  if (!approved) return { state: 'open', decision: null };
  // One that holds at once holds, even where another server's clock was a little ahead.
  const isWaiting = approved.takesEffectAtMs !== null && approved.takesEffectAtMs > nowMs;
  return { state: isWaiting ? 'waiting' : 'approved', decision: approved };
}
