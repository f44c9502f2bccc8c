import { type Answer, answerOf } from '../../infra/threads/index.ts';
import { type ThreadDeps, withOwnDeps } from '../intake/thread-deps.ts';
import type { GivenRows } from './match-here.ts';
import { matchTogether } from './match-together.ts';
import type { PreparedRun } from './publish-result.ts';
import type { Run } from './runs.repo.ts';
import { SharedProgress } from './shared-progress.ts';
import type { WorkResult } from './work.types.ts';

/** What a thread does for one run, over connections of its own; `words` is the memory of a `SharedProgress`. */
interface Task {
  deps: ThreadDeps;
  words: Int32Array;
}

/** What was matched last and is not published yet. It stays here: a large day has many breaks, and a copy costs as much again. */
let matched: WorkResult | null = null;

export async function match({ deps, words, given }: Task & { given: GivenRows }): Promise<void> {
  const progress = new SharedProgress(words);
  matched = await withOwnDeps(deps, (own) => matchTogether(own, deps, given, progress));
}

/** Publishes what `match` has found in this thread. `clockAheadMs`: how much the clock that counts is ahead of the machine's. */
export async function publish({
  deps,
  words,
  prepared,
  clockAheadMs,
}: Task & { prepared: PreparedRun; clockAheadMs: number }): Promise<Answer<Run | null>> {
  const result = matched;
  matched = null;
  if (!result) throw new Error('nothing was matched in this thread');
  const progress = new SharedProgress(words);
  const clock = { nowMs: () => Date.now() + clockAheadMs };
  // The ledger and what else it needs is loaded only here: reading rows does without.
  const { publishResult } = await import('./publish-result.ts');
  return answerOf(() =>
    withOwnDeps(deps, (own) =>
      publishResult({ ...own, clock }, prepared, result, (now) => progress.tell(now)),
    ),
  );
}
