import { type ThreadDeps, withOwnDeps } from '../intake/thread-deps.ts';
import { type GivenRows, matchHere } from './match-here.ts';
import { SharedProgress } from './shared-progress.ts';
import type { WorkResult } from './work.types.ts';

/** Matches one batch, over connections of its own; `words` is the memory of a `SharedProgress`. */
export function match({
  deps,
  given,
  words,
}: {
  deps: ThreadDeps;
  given: GivenRows;
  words: Int32Array;
}): Promise<WorkResult> {
  const progress = new SharedProgress(words);
  return withOwnDeps(deps, (own) => matchHere(own, given, (now) => progress.tell(now)));
}
