import { resultOf } from '../../infra/threads/index.ts';
import { systemClock } from '../../kernel/clock.ts';
import { threadDepsOf } from '../intake/thread-deps.ts';
import { ownThreads } from '../own-threads.ts';
import { matchHere } from './match-here.ts';
import type { PublishDeps } from './publish.ts';
import { type PreparedRun, publishResult } from './publish-result.ts';
import type { Run } from './runs.repo.ts';
import type { RunProgress } from './runs.types.ts';
import { SharedProgress } from './shared-progress.ts';

const TICK_MS = 500;

/** Fewer rows are matched before a thread has started, and in less time than anybody would notice. */
const FEW_ROWS = 8_000;

/**
 * Matches a batch and publishes what comes of it, `publishResult` says how. Many rows are matched in threads of their own, which read them
 * and write the result: this one stays free for everything else. Rejects with an AbortError when `signal` says so
 * before all is matched.
 */
export async function matchAndPublish(
  deps: PublishDeps,
  prepared: PreparedRun,
  onProgress: (progress: RunProgress) => void,
  signal: AbortSignal,
): Promise<Run | null> {
  signal.throwIfAborted();
  const { oursRowCount, theirsRowCount } = prepared.setup;
  const rowCount = oursRowCount + theirsRowCount;
  onProgress({ phase: 'load', done: 0, total: rowCount });
  if (rowCount + prepared.carried.length <= FEW_ROWS) {
    const result = await matchHere(deps, prepared, onProgress);
    signal.throwIfAborted();
    return publishResult(deps, prepared, result, onProgress);
  }
  const progress = new SharedProgress();
  progress.tell({ phase: 'load', done: 0, total: rowCount });
  const task = { deps: threadDepsOf(deps), words: progress.words };
  const ticking = setInterval(() => onProgress(progress.read()), TICK_MS);
  try {
    return await ownThreads.lend(async (thread) => {
      const given = { setup: prepared.setup, carried: prepared.carried };
      await alone(() => {
        signal.throwIfAborted();
        return thread.run('pair', { ...task, given }, { signal });
      });
      await thread.run('match', task, { signal });
      const clockAheadMs = deps.clock.nowMs() - systemClock.nowMs();
      // From here on it is either published or not: nobody cuts it off in between.
      const run = resultOf(await thread.run('publish', { ...task, prepared, clockAheadMs }));
      onProgress(progress.read());
      return run;
    });
  } finally {
    clearInterval(ticking);
  }
}

/** What the large pairings of this process wait for: two of them at once would take twice the memory, and no less time. */
let last: Promise<void> = Promise.resolve();

function alone(work: () => Promise<void>): Promise<void> {
  const mine = last.then(work);
  last = mine.catch(() => {});
  return mine;
}
