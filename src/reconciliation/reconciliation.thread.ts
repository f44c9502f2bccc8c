import { collectGarbage } from '../infra/memory/index.ts';
import { type Answer, answerOf } from '../infra/threads/index.ts';
import { systemClock } from '../kernel/clock.ts';
import type { Fence } from './batches/fence.ts';
import type { FileRead, FileReading } from './intake/file-pieces.ts';
import type { SheetRead, SheetReading } from './intake/sheet-pieces.ts';
import { type StatementDeps, type ThreadDeps, withOwnDeps } from './intake/thread-deps.ts';
import type { GivenRows } from './runs/match-here.ts';
import type { MatchingWork } from './runs/matching-work.ts';
import type { PreparedRun } from './runs/publish-result.ts';
import type { Run } from './runs/runs.repo.ts';
import { SharedProgress } from './runs/shared-progress.ts';
import type { WorkResult } from './runs/work.types.ts';

/** What a thread does for one statement or one run, over connections of its own. It loads what it needs for that. */
interface Task {
  deps: ThreadDeps;
}

export function writeFile({ deps, ...of }: Task & { fence: Fence; reading: FileReading }) {
  return inThread(deps, async (own): Promise<FileRead> => {
    const { writeFileHere } = await import('./intake/file-pieces.ts');
    return writeFileHere(own, of.fence, of.reading);
  });
}

export function writeSheet({ deps, ...of }: Task & { fence: Fence | null; reading: SheetReading }) {
  return inThread(deps, async (own): Promise<SheetRead> => {
    const { writeSheetHere } = await import('./intake/sheet-pieces.ts');
    const read = await writeSheetHere(own, of.fence, of.reading);
    // It may wait for long now, until the matching of another batch has paired its rows.
    collectGarbage();
    return read;
  });
}

/** `words` is the memory of a `SharedProgress`. */
interface RunTask extends Task {
  words: Int32Array;
}

/**
 * A run between its steps, which are asked for one after the other. It stays here: a large day has many breaks, and a copy costs as much
 * again.
 */
let work: MatchingWork | null = null;
let result: WorkResult | null = null;

/** The first step, which alone takes much memory and both processors. */
export async function pair({ deps, words, given }: RunTask & { given: GivenRows }): Promise<void> {
  const { pairStatements } = await import('./runs/pair-statements.ts');
  const progress = new SharedProgress(words);
  work = await withOwnDeps(deps, (own) => pairStatements(own, deps, given, progress));
  collectGarbage();
}

/** Matches what `pair` has left. */
export function match({ words }: Pick<RunTask, 'words'>): void {
  const paired = work;
  work = null;
  if (!paired) throw new Error('nothing was paired in this thread');
  const progress = new SharedProgress(words);
  result = paired.finish((done, total) => progress.tell({ phase: 'match', done, total }));
  collectGarbage();
}

/** Publishes what `match` has found. `clockAheadMs`: how much the clock that counts is ahead of the machine's. */
export async function publish({
  deps,
  words,
  prepared,
  clockAheadMs,
}: RunTask & { prepared: PreparedRun; clockAheadMs: number }): Promise<Answer<Run | null>> {
  const matched = result;
  result = null;
  if (!matched) throw new Error('nothing was matched in this thread');
  const progress = new SharedProgress(words);
  const clock = { nowMs: () => systemClock.nowMs() + clockAheadMs };
  return inThread(deps, async (own): Promise<Run | null> => {
    const { publishResult } = await import('./runs/publish-result.ts');
    return publishResult({ ...own, clock }, prepared, matched, (now) => progress.tell(now));
  });
}

/** A refusal as expected comes back as a value. */
function inThread<T>(deps: ThreadDeps, work: (own: StatementDeps) => Promise<T>): Promise<Answer<T>> {
  return answerOf(() => withOwnDeps(deps, work));
}
