import type { StatementSide } from '../intake/intake.types.ts';
import { openPiece } from '../intake/statements.repo.ts';
import type { StatementDeps } from '../intake/thread-deps.ts';
import { ROWS_PER_CHUNK } from '../matching/row-chunks.ts';
import { MatchingWork } from './matching-work.ts';
import { pieceCountOf, readCarried, readSealedPieces, rowNosOf } from './piece-reading.ts';
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
  for await (const { side, rowCount, ...piece } of readSealedPieces(deps.db, piecesOf(setup))) {
    work.add(side, openPiece(deps.vault, piece), rowNosOf(piece.chunkNo, Array(rowCount).keys()));
    done += rowCount;
    onProgress({ phase: 'load', done, total });
  }
  for (const row of await readCarried(deps, carried)) work.carry(row);
  return work.finish((steps, allSteps) => onProgress({ phase: 'match', done: steps, total: allSteps }));
}

function* piecesOf(setup: WorkSetup) {
  const sides: readonly [StatementSide, string | null, number][] = [
    ['ours', setup.oursId, setup.oursRowCount],
    ['theirs', setup.theirsId, setup.theirsRowCount],
  ];
  for (const [side, statementId, rowCount] of sides) {
    for (let chunkNo = 0; statementId !== null && chunkNo < pieceCountOf(rowCount); chunkNo++)
      yield {
        side,
        statementId,
        chunkNo,
        rowCount: Math.min(ROWS_PER_CHUNK, rowCount - chunkNo * ROWS_PER_CHUNK),
      };
  }
}
