import { openThreads, type Threads } from '../../infra/threads/index.ts';
import { type StatementDeps, threadDepsOf } from '../intake/thread-deps.ts';
import { type GivenRows, matchHere } from './match-here.ts';
import type { RunProgress } from './runs.types.ts';
import { SharedProgress } from './shared-progress.ts';
import type { WorkResult } from './work.types.ts';

type Thread = Threads<typeof import('./matching.thread.ts')>;

const TICK_MS = 500;

/** Fewer rows are matched before a thread has started, and in less time than anybody would notice. */
const FEW_ROWS = 8_000;

/**
 * Matches many rows in a thread of its own, which reads them and ends with it: this one stays free for everything else. Rejects with an
 * AbortError when `signal` says so.
 */
export async function matchRows(
  deps: StatementDeps,
  given: GivenRows,
  onProgress: (progress: RunProgress) => void,
  signal: AbortSignal,
): Promise<WorkResult> {
  signal.throwIfAborted();
  const { oursRowCount, theirsRowCount } = given.setup;
  const rowCount = oursRowCount + theirsRowCount;
  onProgress({ phase: 'load', done: 0, total: rowCount });
  if (rowCount + given.carried.length <= FEW_ROWS) return matchHere(deps, given, onProgress);
  return alone(async () => {
    signal.throwIfAborted();
    const progress = new SharedProgress();
    const ticking = setInterval(() => onProgress(progress.read()), TICK_MS);
    const thread: Thread = openThreads(new URL('./matching.thread.ts', import.meta.url), 1);
    try {
      const asked = { deps: threadDepsOf(deps), given, words: progress.words };
      const result = await thread.run('match', asked, { signal });
      onProgress(progress.read());
      return result;
    } finally {
      clearInterval(ticking);
      await thread.close();
    }
  });
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
