import { type ThreadDeps, withOwnDeps } from '../intake/thread-deps.ts';
import type { Chunk } from '../matching/chunk-format.ts';
import { indexPart, type PairMemory } from '../matching/plain-pairs.ts';
import { holdPieces, pairPieces, type SharedStatement } from './pair-statements.ts';
import { SharedProgress } from './shared-progress.ts';

/** What a second thread does for one matching, over connections of its own; `words` is the memory of a `SharedProgress`. */
interface Task {
  deps: ThreadDeps;
  words: Int32Array;
  memory: PairMemory;
}

export function hold({ deps, words, memory, ours }: Task & { ours: SharedStatement }) {
  const progress = new SharedProgress(words);
  return withOwnDeps(deps, (own) => holdPieces(own, ours, memory, (rows) => progress.addDone(rows)));
}

export function index(part: { memory: PairMemory; held: readonly Chunk[]; part: number }) {
  indexPart(part.memory, part.held, part.part);
}

export function pair({
  deps,
  words,
  memory,
  held,
  theirs,
}: Task & { held: readonly Chunk[]; theirs: SharedStatement }) {
  const progress = new SharedProgress(words);
  return withOwnDeps(deps, (own) =>
    pairPieces(own, theirs, { memory, held }, (rows) => progress.addDone(rows)),
  );
}
