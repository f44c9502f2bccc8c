import { openThreads, resultOf, type Threads } from '../../infra/threads/index.ts';
import { threadDepsOf } from '../intake/thread-deps.ts';
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
 * Matches a batch and publishes what comes of it, `publishResult` says how. Many rows are matched in threads of their own, which read them,
 * write the result and end with it: this one stays free for everything else. Rejects with an AbortError when `signal` says so
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
    const given = { setup: prepared.setup, carried: prepared.carried };
    const thread = await alone(async () => {
      signal.throwIfAborted();
      const opened: Threads<typeof import('./matching.thread.ts')> = openThreads(
        new URL('./matching.thread.ts', import.meta.url),
        1,
      );
      await opened.run('match', { ...task, given }, { signal }).catch(async (error) => {
        await opened.close();
        throw error;
      });
      return opened;
    });
    const clockAheadMs = deps.clock.nowMs() - Date.now();
    // From here on it is either published or not: nobody cuts it off in between.
    const publishing = thread.run('publish', { ...task, prepared, clockAheadMs });
    return resultOf(await publishing.finally(() => thread.close()));
  } finally {
    clearInterval(ticking);
  }
}

/** What the large matchings of this process wait for: two of them at once would take twice the memory, and no less time. */
let last: Promise<unknown> = Promise.resolve();

function alone<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work);
  // Only that it has ended: what came of it is large, and the next one's not to keep.
  last = mine.then(
    () => {},
    () => {},
  );
  return mine;
}
