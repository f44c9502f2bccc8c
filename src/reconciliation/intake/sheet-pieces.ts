import { keysOfVault, type Vault } from '../../infra/crypto/index.ts';
import { configOfDb, type Db } from '../../infra/db/index.ts';
import type { StatementSource } from './intake.types.ts';
import { sheetRows } from './ledger-sheet.ts';
import { type Gathered, PieceGatherer, type StatementPiece } from './pieces.ts';
import { piecesInThread } from './pieces-in-thread.ts';

/** Which of our books to make pieces of; can be copied to a thread. */
export interface SheetReading {
  statementId: string;
  source: StatementSource;
  businessDate: string;
}

interface SheetDeps {
  db: Db;
  vault: Vault;
}

/** Fewer rows are read before a thread has started. */
const LONG_FROM_ROWS = 20_000;

/**
 * Makes sealed pieces of what our books say of a source's date, in bounded memory: where about so many rows are expected that it takes
 * long, in a thread of its own, so that everything else goes on beside it.
 */
export function sheetPieces(
  deps: SheetDeps,
  reading: SheetReading,
  expectedRows: number,
  onPieces: (pieces: StatementPiece[]) => Promise<void>,
): Promise<Gathered> {
  if (expectedRows < LONG_FROM_ROWS) return sheetPiecesHere(deps, reading, onPieces);
  const given = { keys: keysOfVault(deps.vault), database: configOfDb(deps.db), reading };
  return piecesInThread((thread) => thread.run('beginSheet', given), onPieces);
}

/** The same in the thread that calls it. */
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
