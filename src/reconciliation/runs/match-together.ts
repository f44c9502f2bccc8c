import { openThreads, type Threads } from '../../infra/threads/index.ts';
import type { StatementDeps, ThreadDeps } from '../intake/thread-deps.ts';
import { indexPart, pairMemoryOf } from '../matching/plain-pairs.ts';
import type { GivenRows } from './match-here.ts';
import { matchLeft, type PairedRows } from './match-left.ts';
import { holdPieces, pairPieces, type SharedStatement } from './pair-statements.ts';
import type { SharedProgress } from './shared-progress.ts';
import { totalsOfAll } from './side-totals.ts';
import type { WorkResult, WorkSetup } from './work.types.ts';

/**
 * Matches a batch of any size in this thread and a second one: they read our statement together, then theirs, which is paired as it
 * passes; what is left is matched in tables. `shared` are `deps` for the other thread.
 */
export async function matchTogether(
  deps: StatementDeps,
  shared: ThreadDeps,
  given: GivenRows,
  progress: SharedProgress,
): Promise<WorkResult> {
  // Nothing here keeps what was paired: it is let go of as soon as the rows that are left are known.
  const work = await matchLeft(deps, given, await pairTogether(deps, shared, given.setup, progress));
  return work.finish((done, total) => progress.tell({ phase: 'match', done, total }));
}

async function pairTogether(
  deps: StatementDeps,
  shared: ThreadDeps,
  setup: WorkSetup,
  progress: SharedProgress,
): Promise<PairedRows> {
  const other: Threads<typeof import('./pairing.thread.ts')> = openThreads(
    new URL('./pairing.thread.ts', import.meta.url),
    1,
  );
  const memory = pairMemoryOf({ ours: setup.oursRowCount, theirs: setup.theirsRowCount });
  const task = { deps: shared, words: progress.words, memory };
  const onRows = (count: number) => progress.addDone(count);
  try {
    const ours = sharedStatement(setup.oursId, setup.oursRowCount, setup);
    const ownPieces = await Promise.all([
      holdPieces(deps, ours, memory, onRows),
      other.run('hold', { ...task, ours }),
    ]);
    const held = ownPieces
      .flatMap(({ pieces }) => pieces)
      .sort(([a], [b]) => a - b)
      .map(([, chunk]) => chunk);
    const indexed = other.run('index', { memory, held, part: 1 });
    indexPart(memory, held, 0);
    await indexed;
    const theirs = sharedStatement(setup.theirsId ?? '', setup.theirsRowCount, setup);
    const passed = await Promise.all([
      pairPieces(deps, theirs, { memory, held }, onRows),
      other.run('pair', { ...task, held, theirs }),
    ]);
    const all = {
      ours: totalsOfAll(ownPieces.map(({ totals }) => totals)),
      theirs: totalsOfAll(passed.map(({ totals }) => totals)),
    };
    return { memory, held, left: passed.flatMap(({ left }) => left), all };
  } finally {
    await other.close();
  }
}

function sharedStatement(statementId: string, rowCount: number, { currency }: WorkSetup): SharedStatement {
  return { statementId, rowCount, currency, nextPiece: new Int32Array(new SharedArrayBuffer(4)) };
}
