import type { Tx } from '../../infra/db/index.ts';
import { unbookItems } from './booking.ts';
import type { ResolutionItem } from './break.types.ts';
import { SYSTEM } from './break-events.repo.ts';
import { type BreaksDeps, changeBreak } from './breaks.context.ts';
import { lockBreaks } from './breaks.repo.ts';
import {
  activeItems,
  decideResolution,
  endItems,
  itemsOfResolution,
  lockResolution,
} from './resolutions.repo.ts';

/**
 * For a run that no longer shows these breaks: withdraws what waits for a second person, and books what was resolved back into
 * suspense, from where the run's own journal takes it. Leaves the breaks themselves to the run. Other breaks that the same
 * proposal was about, or that were matched with these, are open again.
 */
export async function undoForRun(
  tx: Tx,
  deps: Pick<BreaksDeps, 'vault' | 'clock'>,
  breakIds: readonly string[],
  runId: string,
): Promise<void> {
  const gone = new Set(breakIds);
  const items = await activeItems(tx, breakIds);
  for (const resolutionId of [...new Set(items.map((item) => item.resolutionId))].sort()) {
    await undoResolution(tx, deps, resolutionId, gone, runId);
  }
}

async function undoResolution(
  tx: Tx,
  deps: Pick<BreaksDeps, 'vault' | 'clock'>,
  resolutionId: string,
  gone: ReadonlySet<string>,
  runId: string,
): Promise<void> {
  const resolution = await lockResolution(tx, deps.vault, resolutionId);
  if (!resolution) throw new Error('an item without its resolution');
  const active = (await itemsOfResolution(tx, resolutionId)).filter(({ isActive }) => isActive);
  const isProposed = resolution.state === 'proposed';
  // A proposal stands or falls as a whole, and so do breaks that were matched with each other.
  const isOne = isProposed || resolution.kind === 'match';
  const undone = active.filter(({ breakId }) => isOne || gone.has(breakId));
  if (isProposed) {
    await decideResolution(tx, deps.vault, resolutionId, {
      state: 'withdrawn',
      checker: null,
      answer: null,
      atMs: deps.clock.nowMs(),
    });
  } else {
    await unbookItems(tx, deps, undone);
  }
  await endItems(
    tx,
    undone.map(({ itemId }) => itemId),
  );
  await reopenOthers(
    tx,
    deps,
    undone.filter(({ breakId }) => !gone.has(breakId)),
    { event: isProposed ? 'withdrawn' : 'reopened', runId },
  );
}

async function reopenOthers(
  tx: Tx,
  deps: Pick<BreaksDeps, 'vault' | 'clock'>,
  items: readonly ResolutionItem[],
  { event, runId }: { event: 'withdrawn' | 'reopened'; runId: string },
): Promise<void> {
  const others = await lockBreaks(
    tx,
    items.map(({ breakId }) => breakId),
  );
  for (const one of others) {
    const item = items.find(({ breakId }) => breakId === one.breakId);
    await changeBreak(
      tx,
      deps,
      one,
      { state: 'open', how: null, closedAtMs: null, waitsFor: 'person' },
      { event, actor: SYSTEM, details: { resolutionId: item?.resolutionId, runId } },
    );
  }
}
