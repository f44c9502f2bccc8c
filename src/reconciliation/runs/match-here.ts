import { openPiece } from '../intake/sealed-piece.ts';
import type { StatementDeps } from '../intake/thread-deps.ts';
import { chunkNosOf, rowNosOfChunk } from '../matching/row-values.ts';
import { MatchingWork } from './matching-work.ts';
import { readCarried, sealedPiecesOf } from './piece-reading.ts';
import type { RunProgress } from './runs.types.ts';
import type { CarriedRow, WorkResult, WorkSetup } from './work.types.ts';

/** What is matched; can be copied to a thread. */
export interface GivenRows {
  setup: WorkSetup;
  carried: readonly CarriedRow[];
}

/** Reads the pieces of both statements and what is carried, and matches them all in tables, in the thread that calls it. */
export async function matchHere(
  deps: StatementDeps,
  { setup, carried }: GivenRows,
  onProgress: (progress: RunProgress) => void,
): Promise<WorkResult> {
  const work = new MatchingWork(setup);
  const total = setup.oursRowCount + setup.theirsRowCount;
  let done = 0;
  for (const { side, statementId, rowCount } of [
    { side: 'ours', statementId: setup.oursId, rowCount: setup.oursRowCount },
    { side: 'theirs', statementId: setup.theirsId, rowCount: setup.theirsRowCount },
  ] as const) {
    if (statementId === null) continue;
    for await (const piece of sealedPiecesOf(deps.db, statementId, chunkNosOf(rowCount))) {
      const rowNos = rowNosOfChunk(piece.chunkNo, rowCount);
      work.add(side, openPiece(deps.vault, piece), rowNos);
      done += rowNos.length;
      onProgress({ phase: 'load', done, total });
    }
  }
  for (const row of await readCarried(deps, carried)) work.carry(row);
  return work.finish((steps, allSteps) => onProgress({ phase: 'match', done: steps, total: allSteps }));
}
