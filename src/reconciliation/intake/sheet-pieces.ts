import type { Vault } from '../../infra/crypto/index.ts';
import type { Db } from '../../infra/db/index.ts';
import type { StatementSource } from './intake.types.ts';
import { sheetRows } from './ledger-sheet.ts';
import { type Gathered, PieceGatherer, type StatementPiece } from './pieces.ts';

/** Which of our books to make pieces of; can be copied to a thread. */
export interface SheetReading {
  statementId: string;
  source: StatementSource;
  businessDate: string;
}

export interface SheetDeps {
  db: Db;
  vault: Vault;
}

/** Makes sealed pieces of what our books say of a source's date, in bounded memory, in the thread that calls it. */
export async function sheetPiecesHere(
  { db, vault }: SheetDeps,
  { statementId, source, businessDate }: SheetReading,
  onPieces: (pieces: StatementPiece[]) => Promise<void>,
): Promise<Gathered> {
  const gatherer = new PieceGatherer(vault, statementId, businessDate);
  for await (const rows of sheetRows(db, source, businessDate)) {
    for (const { row, raw } of rows) gatherer.add(row, raw);
    if (gatherer.hasEnough) await onPieces(gatherer.take());
  }
  const gathered = gatherer.end();
  await onPieces(gatherer.take());
  return gathered;
}
