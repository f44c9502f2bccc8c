import type { Db } from '../../infra/db/index.ts';
import { openPiece, readSealedPiece } from '../intake/statements.repo.ts';
import type { StatementDeps } from '../intake/thread-deps.ts';
import type { MatchRow } from '../matching/matching.types.ts';
import { ROWS_PER_CHUNK, tableOfChunk } from '../matching/row-chunks.ts';
import type { SealedPiece } from './piece-work.ts';
import type { CarriedRow } from './work.types.ts';

interface PiecePlace {
  statementId: string;
  chunkNo: number;
}

export const pieceCountOf = (rowCount: number) => Math.ceil(rowCount / ROWS_PER_CHUNK);

/** The places in their statement of the rows of a piece; `rows` are places in the piece. */
export function rowNosOf(chunkNo: number, rows: Iterable<number>): Int32Array {
  return Int32Array.from(rows, (row) => chunkNo * ROWS_PER_CHUNK + row);
}

/** Pieces as they are kept; the next one is read while one is worked on. */
export async function* readSealedPieces<Place extends PiecePlace>(
  db: Db,
  places: Iterable<Place>,
): AsyncGenerator<Place & SealedPiece> {
  let before: [Place, Promise<Uint8Array>] | null = null;
  for (const place of places) {
    const reading = readSealedPiece(db, place.statementId, place.chunkNo);
    // It is awaited later; until then a failure is nobody's.
    reading.catch(() => {});
    if (before) yield { ...before[0], sealed: await before[1] };
    before = [place, reading];
  }
  if (before) yield { ...before[0], sealed: await before[1] };
}

/** Rows of earlier dates' statements, with what they say. */
export async function readCarried(
  { db, vault }: StatementDeps,
  carried: readonly CarriedRow[],
): Promise<(CarriedRow & { row: MatchRow })[]> {
  const places = new Map<string, PiecePlace & { rows: CarriedRow[] }>();
  for (const row of carried) {
    const { statementId, rowNo } = row;
    const chunkNo = Math.floor(rowNo / ROWS_PER_CHUNK);
    const key = `${statementId} ${chunkNo}`;
    const place = places.get(key) ?? { statementId, chunkNo, rows: [] };
    places.set(key, place);
    place.rows.push(row);
  }
  const read: (CarriedRow & { row: MatchRow })[] = [];
  for await (const place of readSealedPieces(db, places.values())) {
    const piece = tableOfChunk(openPiece(vault, place));
    for (const row of place.rows) read.push({ ...row, row: piece.rowAt(row.rowNo % ROWS_PER_CHUNK) });
  }
  return read;
}
