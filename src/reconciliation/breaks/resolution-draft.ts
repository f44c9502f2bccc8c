import { DomainError } from '../../kernel/errors.ts';
import { newId, randomShardHint, shardHintOf } from '../../kernel/ids.ts';
import type { ResolutionAccount } from '../../ledger/index.ts';
import type { StatementSource } from '../intake/intake.types.ts';
import type { ManualKind, Resolution, ResolutionItem, ResolutionKind } from './break.types.ts';
import type { LockedBreak } from './locked-breaks.ts';
import {
  ADJUSTMENT_ACCOUNTS,
  bookedMinors,
  hashOfBreaks,
  obstacleOf,
  stakeMinor,
} from './resolving.rules.ts';

/** What a person asks for. */
export interface Proposal {
  breakIds: readonly string[];
  kind: ManualKind;
  /** Where an adjusted, or a left-over, difference goes. */
  account: ResolutionAccount | null;
  reason: string;
  /** Of the breaks and amounts that the person has seen; absent where they were not told it. */
  breaksSha256?: string;
}

export const suspensesOf = (locked: readonly LockedBreak[]): number[] =>
  locked.map(({ suspenseMinor }) => suspenseMinor);

/** What a second person has to have seen of them. */
export const hashOfLocked = (locked: readonly LockedBreak[]): string =>
  hashOfBreaks(locked.map(({ found, suspenseMinor }) => ({ breakId: found.breakId, suspenseMinor })));

/** Throws DomainError where the breaks can't be resolved so. */
export function assertPossible(
  proposal: Proposal,
  locked: readonly LockedBreak[],
  source: StatementSource,
): void {
  const { kind, account, breaksSha256 } = proposal;
  const hash = hashOfLocked(locked);
  if (breaksSha256 !== undefined && breaksSha256 !== hash)
    throw new DomainError('conflict', 'breaks_changed');
  for (const one of locked) {
    const obstacle = obstacleOf(kind, account, source.role, one);
    if (obstacle) throw new DomainError('conflict', obstacle, { params: { breakId: one.found.breakId } });
  }
  if (kind !== 'match' || stakeMinor(kind, suspensesOf(locked)) === 0) return;
  if (account === null) throw new DomainError('conflict', 'break_amounts_differ');
  if (account !== 'writeOffs' && !ADJUSTMENT_ACCOUNTS[source.role].includes(account)) {
    throw new DomainError('conflict', 'break_account_not_allowed');
  }
}

/** A resolution as it is written: asked for, or applied at once. */
export function draftOf(
  {
    kind,
    account,
    reason,
  }: { kind: ResolutionKind; account: ResolutionAccount | null; reason: string | null },
  locked: readonly LockedBreak[],
  { sourceId, currency }: Pick<StatementSource, 'sourceId' | 'currency'>,
  made: { maker: string; runId: string | null; needsChecker: boolean; nowMs: number },
): { resolution: Resolution; items: ResolutionItem[] } {
  const { nowMs, needsChecker, maker, runId } = made;
  const resolutionId = newId('brs', nowMs, randomShardHint());
  const booked = bookedMinors(kind, suspensesOf(locked));
  const resolution: Resolution = {
    resolutionId,
    sourceId,
    kind,
    account,
    currency,
    breakCount: locked.length,
    amountMinor: stakeMinor(kind, suspensesOf(locked)),
    breaksSha256: hashOfLocked(locked),
    state: needsChecker ? 'proposed' : 'applied',
    needsChecker,
    maker,
    checker: null,
    reason,
    answer: null,
    runId,
    madeAtMs: nowMs,
    decidedAtMs: needsChecker ? null : nowMs,
  };
  const items = locked.map(({ found, suspenseMinor, paymentId, agencyId }, index) => ({
    itemId: newId('bri', nowMs, shardHintOf(found.breakId)),
    resolutionId,
    breakId: found.breakId,
    businessDate: found.businessDate,
    suspenseMinor,
    bookedMinor: booked[index] ?? 0,
    agencyId,
    paymentId,
    isActive: true,
  }));
  return { resolution, items };
}
