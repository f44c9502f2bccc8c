import { type Tx, transact } from '../../infra/db/index.ts';
import type { StatementSource } from '../intake/intake.types.ts';
import { bookItems } from './booking.ts';
import type { Resolution, ResolutionItem } from './break.types.ts';
import { type BreaksDeps, changeBreak } from './breaks.context.ts';
import { lockBreaks } from './breaks.repo.ts';
import type { LockedBreak } from './locked-breaks.ts';
import { endItems, itemsOfResolution } from './resolutions.repo.ts';

/** Does what was decided about breaks. */
export class CarryOut {
  private readonly deps: BreaksDeps;

  constructor(deps: BreaksDeps) {
    this.deps = deps;
  }

  /** Books it and closes the breaks; what is to be sent again stays open until the next file shows it. */
  async apply(
    tx: Tx,
    resolution: Resolution,
    items: readonly ResolutionItem[],
    locked: readonly LockedBreak[],
    source: StatementSource,
  ): Promise<void> {
    await bookItems(tx, this.deps, resolution, items, source);
    const { resolutionId, kind, account, checker, maker } = resolution;
    const isResent = kind === 'resend';
    if (isResent) {
      await endItems(
        tx,
        items.map(({ itemId }) => itemId),
      );
    }
    for (const { found } of locked) {
      const item = items.find(({ breakId }) => breakId === found.breakId);
      const details = { resolutionId, kind, account, bookedMinor: item?.bookedMinor };
      await changeBreak(
        tx,
        this.deps,
        found,
        isResent
          ? { state: 'open', waitsFor: 'agency' }
          : { state: 'closed', how: 'resolved', waitsFor: null, closedAtMs: this.deps.clock.nowMs() },
        {
          event: isResent ? 'approved' : 'resolved',
          actor: checker ?? maker,
          reason: checker === null ? resolution.reason : null,
          details,
        },
      );
    }
  }

  /** After the approval is committed: the agency is asked first, and told again only where it never saw the payment. */
  async resend(resolution: Resolution): Promise<void> {
    const { db, billing } = this.deps;
    for (const { breakId, paymentId } of await itemsOfResolution(db, resolution.resolutionId)) {
      if (paymentId === null) continue;
      const review = await billing.reviews.reviewPosting(paymentId, { mayPostAnew: true });
      await transact(db, async (tx) => {
        const [found] = await lockBreaks(tx, [breakId]);
        if (found?.state !== 'open') return;
        const isSettled = review === 'held' || review === 'postedAnew';
        await changeBreak(
          tx,
          this.deps,
          found,
          { waitsFor: isSettled ? 'nextFile' : 'person' },
          {
            event: review === 'postedAnew' ? 'resent' : 'asked',
            actor: resolution.checker ?? resolution.maker,
            details: { review, paymentId },
          },
        );
      });
    }
  }
}
