import type { DoneBy } from '../../accounts/index.ts';
import { type Tx, transact } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import { refundIdOf, unbookItems } from './booking.ts';
import type { Resolution, ResolutionItem } from './break.types.ts';
import { auditBreaks, type BreaksDeps, changeBreak, personOf } from './breaks.context.ts';
import { lockBreaks } from './breaks.repo.ts';
import { activeItems, endItems, itemsOfResolution, lockResolution } from './resolutions.repo.ts';

/**
 * Opens a break that was resolved again: what was booked goes back into suspense by entries of its own. Breaks that were matched with each
 * other are open again together. Throws DomainError `break_not_found`, `break_not_resolved`, `break_refund_under_way`.
 */
export async function reopenBreak(
  deps: BreaksDeps,
  breakId: string,
  reason: string,
  by: DoneBy,
): Promise<void> {
  if (!isId('brk', breakId)) throw new DomainError('notFound', 'break_not_found');
  const { refunded } = await refundOf(deps, breakId);
  await transact(deps.db, async (tx) => {
    const { resolution, items } = await lockHolding(tx, deps, breakId);
    // What the channel gives back is not in suspense any more; only a refund that it refused leaves the money with us.
    const isUnderWay = items.some(({ itemId }) => refunded.get(refundIdOf(itemId)) === 'underWay');
    if (isUnderWay || (resolution.kind === 'refund' && items.some((item) => isUnread(item, refunded)))) {
      throw new DomainError('conflict', 'break_refund_under_way');
    }
    await unbookItems(tx, deps, items);
    await endItems(
      tx,
      items.map(({ itemId }) => itemId),
    );
    const breaks = await lockBreaks(
      tx,
      items.map((item) => item.breakId),
    );
    const details = { resolutionId: resolution.resolutionId };
    for (const one of breaks) {
      await changeBreak(
        tx,
        deps,
        one,
        { state: 'open', how: null, closedAtMs: null, waitsFor: 'person' },
        { event: 'reopened', actor: personOf(by), reason, details },
      );
    }
    await auditBreaks(tx, deps, by, 'break.reopen', { kind: 'break', id: breakId });
  });
}

/** The resolution that holds of a closed break, and its items that are to be undone with it. */
async function lockHolding(
  tx: Tx,
  { vault }: BreaksDeps,
  breakId: string,
): Promise<{ resolution: Resolution; items: ResolutionItem[] }> {
  const [one] = await activeItems(tx, [breakId]);
  const resolution = one && (await lockResolution(tx, vault, one.resolutionId));
  if (!resolution) {
    const exists = await tx('breaks').where('break_id', breakId).first('break_id');
    throw exists
      ? new DomainError('conflict', 'break_not_resolved')
      : new DomainError('notFound', 'break_not_found');
  }
  // Read again under the lock: somebody may have been faster.
  const active = (await itemsOfResolution(tx, resolution.resolutionId)).filter(({ isActive }) => isActive);
  const items = resolution.kind === 'match' ? active : active.filter((item) => item.breakId === breakId);
  if (resolution.state !== 'applied' || items.length === 0) {
    throw new DomainError('conflict', 'break_not_resolved');
  }
  return { resolution, items };
}

type RefundState = 'underWay' | 'refused';

/** Refunds that a break's resolution has ordered, and whether the channel has definitely refused them. */
async function refundOf(deps: BreaksDeps, breakId: string): Promise<{ refunded: Map<string, RefundState> }> {
  const items = await activeItems(deps.db, [breakId]);
  const refunds = await deps.billing.surplusRefunds.find(items.map(({ itemId }) => refundIdOf(itemId)));
  const refunded = new Map<string, RefundState>();
  for (const [refundId, { status }] of refunds) {
    refunded.set(refundId, status === 'refundBlocked' ? 'refused' : 'underWay');
  }
  return { refunded };
}

/** An item whose refund was ordered after it was looked for. */
function isUnread(
  { itemId, paymentId }: ResolutionItem,
  refunded: ReadonlyMap<string, RefundState>,
): boolean {
  return paymentId !== null && !refunded.has(refundIdOf(itemId));
}
