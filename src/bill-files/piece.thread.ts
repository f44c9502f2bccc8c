import { createVault, type VaultKeys } from '../infra/crypto/index.ts';
import type { TableTerms } from './bill-table.ts';
import { type BillPart, FiledRows } from './filed-rows.ts';
import { type Piece, type PieceReading, type PieceStart, readPiece } from './piece.ts';

/** What all pieces of a file share. */
export interface PieceTerms {
  table: TableTerms & { delimiter: string };
  keys: VaultKeys;
  agencyId: string;
  revision: number;
}

interface PieceTask {
  piece: Piece;
  start: PieceStart;
  terms: PieceTerms;
}

/** Reads a piece and makes rows of its bills: all of the work that the processor does for an import. */
export function rowsOfPiece({ piece, start, terms }: PieceTask): PieceReading & BillPart {
  const rows = new FiledRows(createVault(terms.keys), terms.agencyId, terms.revision);
  const reading = readPiece(piece, start, terms.table, (bill) => rows.add(bill));
  return { ...reading, bills: rows.take() };
}
