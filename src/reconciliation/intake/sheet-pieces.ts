import { createHash } from 'node:crypto';
import type { Fence } from '../batches/fence.ts';
import { BookRowsWriter } from './book-rows.ts';
import type { StatementSource } from './intake.types.ts';
import { sheetRows } from './ledger-sheet.ts';
import { PieceWriter } from './piece-writer.ts';
import { type Gathered, PieceGatherer, type StatementPiece } from './pieces.ts';
import type { StatementDeps } from './thread-deps.ts';

/** Which of our books to make pieces of; can be copied to a thread. */
export interface SheetReading {
  statementId: string;
  source: StatementSource;
  businessDate: string;
}

export interface SheetRead {
  gathered: Gathered;
  /** Over all that the sheet says. */
  rowsSha256: string;
  onlyAgencyId: string | null;
}

/**
 * Writes pieces of what our books say of a source's date under the fence, in bounded memory, in the thread that calls it; without a fence
 * only says what they come to. Throws what `PieceWriter` does.
 */
export async function writeSheetHere(
  { db, vault }: StatementDeps,
  fence: Fence | null,
  reading: SheetReading,
): Promise<SheetRead> {
  const writer = fence && new PieceWriter(db, fence, reading.statementId);
  const sha256 = createHash('sha256');
  const gatherer = new PieceGatherer(vault, reading, new BookRowsWriter(), (bytes) => {
    for (const column of bytes) sha256.update(column);
  });
  const agencyIds = new Set<string | null>();
  let lastAgencyId: string | null | undefined;
  const put = async (pieces: StatementPiece[]) => writer?.write(pieces);
  for await (const rows of sheetRows(db, reading.source, reading.businessDate)) {
    for (const { row, movement } of rows) {
      gatherer.add(row, movement);
      if (movement.agencyId !== lastAgencyId) agencyIds.add(movement.agencyId);
      lastAgencyId = movement.agencyId;
    }
    if (gatherer.hasEnough) await put(gatherer.take());
  }
  const gathered = gatherer.end();
  await put(gatherer.take());
  await writer?.end();
  const [onlyAgencyId = null] = agencyIds.size === 1 ? agencyIds : [];
  return { gathered, rowsSha256: sha256.digest('hex'), onlyAgencyId };
}
