import { createHash } from 'node:crypto';
import type { Vault } from '../../infra/crypto/index.ts';
import type { Db } from '../../infra/db/index.ts';
import { BookRowsWriter } from './book-rows.ts';
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

export interface SheetRead {
  gathered: Gathered;
  /** Over all that the sheet says. */
  rowsSha256: string;
}

/** Makes sealed pieces of what our books say of a source's date, in bounded memory, in the thread that calls it. */
export async function sheetPiecesHere(
  { db, vault }: SheetDeps,
  reading: SheetReading,
  onPieces: (pieces: StatementPiece[]) => Promise<void>,
): Promise<SheetRead> {
  const sha256 = createHash('sha256');
  const gatherer = new PieceGatherer(vault, reading, new BookRowsWriter(), (bytes) => {
    for (const column of bytes) sha256.update(column);
  });
  for await (const rows of sheetRows(db, reading.source, reading.businessDate)) {
    for (const { row, movement } of rows) gatherer.add(row, movement);
    if (gatherer.hasEnough) await onPieces(gatherer.take());
  }
  const gathered = gatherer.end();
  await onPieces(gatherer.take());
  return { gathered, rowsSha256: sha256.digest('hex') };
}
