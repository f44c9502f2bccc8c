import { readPiece } from '../intake/statements.repo.ts';
import type { StatementDeps } from '../intake/thread-deps.ts';
import { ROWS_PER_CHUNK } from '../matching/row-chunks.ts';
import { MatchingWork } from './matching-work.ts';
import type { RunProgress } from './runs.types.ts';
import type { CarriedRow, WorkResult, WorkSetup } from './work.types.ts';

/** What is matched; can be copied to a thread. */
export interface GivenRows {
  setup: WorkSetup;
  carried: readonly CarriedRow[];
}

/** Reads the pieces of both statements and what is carried, and matches them in the thread that calls it. */
export async function matchHere(
  { db, vault }: StatementDeps,
  { setup, carried }: GivenRows,
  onProgress: (progress: RunProgress) => void,
): Promise<WorkResult> {
  const work = new MatchingWork(setup);
  const total = setup.oursRowCount + setup.theirsRowCount;
  let done = 0;
  const read = ({ statementId, chunkNo }: { statementId: string; chunkNo: number }) => {
    const reading = readPiece(db, vault, statementId, chunkNo);
    // It is awaited later; until then a failure is nobody's.
    reading.catch(() => {});
    return reading;
  };
  for await (const [piece, chunk] of readAhead(piecesOf(setup), read)) {
    work.add(piece.side, chunk);
    done += piece.rowCount;
    onProgress({ phase: 'load', done, total });
  }
  for await (const [piece, chunk] of readAhead(carriedByPiece(carried), read)) work.carry(chunk, piece.rows);
  return work.finish((steps, allSteps) => onProgress({ phase: 'match', done: steps, total: allSteps }));
}

/** Has the next piece read while one is worked on. */
async function* readAhead<Piece>(
  pieces: Iterable<Piece>,
  read: (piece: Piece) => Promise<Buffer>,
): AsyncGenerator<[Piece, Buffer]> {
  let before: [Piece, Promise<Buffer>] | null = null;
  for (const piece of pieces) {
    const reading = read(piece);
    if (before) yield [before[0], await before[1]];
    before = [piece, reading];
  }
  if (before) yield [before[0], await before[1]];
}

function* piecesOf(setup: WorkSetup) {
  for (const [side, statementId, rowCount] of [
    ['ours', setup.oursId, setup.oursRowCount],
    ['theirs', setup.theirsId, setup.theirsRowCount],
  ] as const) {
    if (statementId === null) continue;
    for (let chunkNo = 0; chunkNo * ROWS_PER_CHUNK < rowCount; chunkNo++) {
      const left = rowCount - chunkNo * ROWS_PER_CHUNK;
      yield { side, statementId, chunkNo, rowCount: Math.min(ROWS_PER_CHUNK, left) };
    }
  }
}

function carriedByPiece(carried: readonly CarriedRow[]) {
  const pieces = new Map<
    string,
    { statementId: string; chunkNo: number; rows: (CarriedRow & { at: number })[] }
  >();
  for (const row of carried) {
    const { statementId, rowNo } = row;
    const chunkNo = Math.floor(rowNo / ROWS_PER_CHUNK);
    const key = `${statementId} ${chunkNo}`;
    const piece = pieces.get(key) ?? { statementId, chunkNo, rows: [] };
    pieces.set(key, piece);
    piece.rows.push({ ...row, at: rowNo % ROWS_PER_CHUNK });
  }
  return pieces.values();
}
