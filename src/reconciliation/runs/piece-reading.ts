import type { Db } from '../../infra/db/index.ts';
import { readPiece, readSealedPieces } from '../intake/pieces.repo.ts';
import type { SealedPiece } from '../intake/sealed-piece.ts';
import type { StatementDeps } from '../intake/thread-deps.ts';
import type { MatchRow } from '../matching/matching.types.ts';
import { tableOfChunk } from '../matching/row-chunks.ts';
import { ROWS_PER_CHUNK } from '../matching/row-values.ts';
import type { CarriedRow } from './work.types.ts';

/** So many pieces (350 KB each, about) are asked for at once: a question costs as much as reading one. */
const PIECES_A_READ = 4;

/** Pieces of a statement in order, as they are kept; the next ones are read while some are worked on. `chunkNos` ascend. */
export async function* sealedPiecesOf(
  db: Db,
  statementId: string,
  chunkNos: readonly number[],
): AsyncGenerator<SealedPiece> {
  let before: Promise<SealedPiece[]> | null = null;
  for (let from = 0; from < chunkNos.length; from += PIECES_A_READ) {
    const some = chunkNos.slice(from, from + PIECES_A_READ);
    const reading: Promise<SealedPiece[]> = readSealedPieces(db, statementId, some);
    // It is awaited later; until then a failure is nobody's.
    reading.catch(() => {});
    if (before) yield* await before;
    before = reading;
  }
  if (before) yield* await before;
}

/** Rows of earlier dates' statements, with what they say. */
export async function readCarried(
  { db, vault }: StatementDeps,
  carried: readonly CarriedRow[],
): Promise<(CarriedRow & { row: MatchRow })[]> {
  const places = new Map<string, { statementId: string; chunkNo: number; rows: CarriedRow[] }>();
  for (const row of carried) {
    const { statementId, rowNo } = row;
    const chunkNo = Math.floor(rowNo / ROWS_PER_CHUNK);
    const key = `${statementId} ${chunkNo}`;
    const place = places.get(key) ?? { statementId, chunkNo, rows: [] };
    places.set(key, place);
    place.rows.push(row);
  }
  const read: (CarriedRow & { row: MatchRow })[] = [];
  for (const { statementId, chunkNo, rows } of places.values()) {
    const piece = tableOfChunk(await readPiece(db, vault, statementId, chunkNo));
    for (const row of rows) read.push({ ...row, row: piece.rowAt(row.rowNo % ROWS_PER_CHUNK) });
  }
  return read;
}
