import { type Answer, answerOf, collectGarbage } from '../infra/threads/index.ts';
import type { Fence } from './batches/fence.ts';
import type { FileRead, FileReading } from './intake/file-pieces.ts';
import type { SheetRead, SheetReading } from './intake/sheet-pieces.ts';
import { type ThreadDeps, withOwnDeps } from './intake/thread-deps.ts';
import type { GivenRows } from './runs/match-here.ts';
import type { PreparedRun } from './runs/publish-result.ts';
import type { Run } from './runs/runs.repo.ts';
import { SharedProgress } from './runs/shared-progress.ts';
import type { WorkResult } from './runs/work.types.ts';

/**
 * What a thread does for one statement or one run, over connections of its own. It loads what it needs for that, and leaves no garbage
 * behind: it is kept for others.
 */

export function writeFile({
  deps,
  fence,
  reading,
}: {
  deps: ThreadDeps;
  fence: Fence;
  reading: FileReading;
}): Promise<Answer<FileRead>> {
  return answerOf(() =>
    withOwnDeps(deps, async (own) => {
      const { writeFileHere } = await import('./intake/file-pieces.ts');
      return writeFileHere(own, fence, reading);
    }),
  ).finally(collectGarbage);
}

export function writeSheet({
  deps,
  fence,
  reading,
}: {
  deps: ThreadDeps;
  fence: Fence | null;
  reading: SheetReading;
}): Promise<Answer<SheetRead>> {
  return answerOf(() =>
    withOwnDeps(deps, async (own) => {
      const { writeSheetHere } = await import('./intake/sheet-pieces.ts');
      return writeSheetHere(own, fence, reading);
    }),
  ).finally(collectGarbage);
}

/** What was matched last and is not published yet. It stays here: a large day has many breaks, and a copy costs as much again. */
let matched: WorkResult | null = null;

/** `words` is the memory of a `SharedProgress`. */
export async function match({
  deps,
  words,
  given,
}: {
  deps: ThreadDeps;
  words: Int32Array;
  given: GivenRows;
}): Promise<void> {
  const { matchTogether } = await import('./runs/match-together.ts');
  matched = await withOwnDeps(deps, (own) => matchTogether(own, deps, given, new SharedProgress(words)));
}

/** Publishes what `match` has found in this thread. `clockAheadMs`: how much the clock that counts is ahead of the machine's. */
export async function publish({
  deps,
  words,
  prepared,
  clockAheadMs,
}: {
  deps: ThreadDeps;
  words: Int32Array;
  prepared: PreparedRun;
  clockAheadMs: number;
}): Promise<Answer<Run | null>> {
  const result = matched;
  matched = null;
  if (!result) throw new Error('nothing was matched in this thread');
  const progress = new SharedProgress(words);
  const clock = { nowMs: () => Date.now() + clockAheadMs };
  const { publishResult } = await import('./runs/publish-result.ts');
  return answerOf(() =>
    withOwnDeps(deps, (own) =>
      publishResult({ ...own, clock }, prepared, result, (now) => progress.tell(now)),
    ),
  ).finally(collectGarbage);
}
