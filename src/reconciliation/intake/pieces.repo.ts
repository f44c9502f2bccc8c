import { hash } from 'node:crypto';
import type { Vault } from '../../infra/crypto/index.ts';
import { type Db, insertBytes, type Tx, toInt } from '../../infra/db/index.ts';
import { appendChunk, ROWS_PER_CHUNK, tableOfChunk } from '../matching/row-chunks.ts';
import type { RowTable } from '../matching/row-table.ts';
import { chunkNosOf } from '../matching/row-values.ts';
import { isBookRows, readBookRows } from './book-rows.ts';
import type { RawRow } from './intake.types.ts';
import type { StatementPiece } from './pieces.ts';
import { readRawRows } from './raw-rows.ts';
import { contextOf, openPiece, type SealedPiece } from './sealed-piece.ts';
import { findStatement } from './statements.repo.ts';

/** Writes pieces. Those of a statement that is never finished are never read. */
export async function writeChunks(
  tx: Tx,
  statementId: string,
  pieces: readonly StatementPiece[],
): Promise<void> {
  // One by one: a driver makes one packet of a statement, in memory.
  for (const { chunkNo, rowCount, sealedRows, sealedRaw } of pieces)
    await insertBytes(tx, 'statement_chunks', [
      {
        statement_id: statementId,
        chunk_no: chunkNo,
        first_row: chunkNo * ROWS_PER_CHUNK,
        row_count: rowCount,
        sealed_rows: sealedRows,
        sealed_raw: sealedRaw,
      },
    ]);
}

/** Adds all rows of a statement to a table, in their order. Throws RangeError when a piece is missing. */
export async function readRows(
  db: Db | Tx,
  vault: Vault,
  statementId: string,
  into: RowTable,
): Promise<void> {
  const statement = await findStatement(db, statementId);
  if (!statement) throw new RangeError(`there is no statement ${statementId}`);
  const firstCount = into.count;
  into.reserve(firstCount + statement.rowCount);
  for (const chunkNo of chunkNosOf(statement.rowCount)) {
    appendChunk(into, await readPiece(db, vault, statementId, chunkNo));
  }
  if (into.count - firstCount !== statement.rowCount) {
    throw new RangeError(`statement ${statementId} has other rows than it says`);
  }
}

/** The rows of one piece, as `appendChunk` reads them. Throws RangeError when it is missing. */
export async function readPiece(
  db: Db | Tx,
  vault: Vault,
  statementId: string,
  chunkNo: number,
): Promise<Buffer> {
  const [piece] = await readSealedPieces(db, statementId, [chunkNo]);
  if (!piece) throw new RangeError(`piece ${chunkNo} of statement ${statementId} is missing`);
  return openPiece(vault, piece);
}

/** Some pieces, for whoever opens them elsewhere; `chunkNos` ascend. Throws RangeError when one is missing. */
export async function readSealedPieces(
  db: Db | Tx,
  statementId: string,
  chunkNos: readonly number[],
): Promise<SealedPiece[]> {
  const rows: { chunk_no: unknown; sealed_rows: Uint8Array }[] = await db('statement_chunks')
    .where({ statement_id: statementId })
    .whereIn('chunk_no', chunkNos)
    .orderBy('chunk_no')
    .select('chunk_no', 'sealed_rows');
  return chunkNos.map((chunkNo, at) => {
    const row = rows[at];
    if (row === undefined || toInt(row.chunk_no) !== chunkNo)
      throw new RangeError(`piece ${chunkNo} of statement ${statementId} is missing`);
    return { statementId, chunkNo, sealed: row.sealed_rows };
  });
}

/** Rows as they came, in the order that they are asked for; those that do not exist are left out. Personal data. */
export async function readRaw(
  db: Db | Tx,
  vault: Vault,
  statementId: string,
  rowNos: readonly number[],
): Promise<RawRow[]> {
  const pieces = new Map<number, RawPiece>();
  for (const chunkNo of new Set(rowNos.map((rowNo) => Math.floor(rowNo / ROWS_PER_CHUNK)))) {
    const piece = await readRawPiece(db, vault, statementId, chunkNo);
    if (piece) pieces.set(chunkNo, piece);
  }
  return rowNos.flatMap((rowNo) => {
    const found = pieces.get(Math.floor(rowNo / ROWS_PER_CHUNK))?.(rowNo % ROWS_PER_CHUNK);
    if (!found) return [];
    return [{ rowNo, ...found, sha256: hash('sha256', found.raw) }];
  });
}

/** The rows of a piece, by their places in it; undefined: it has none there. */
type RawPiece = (row: number) => { line: number; raw: string } | undefined;

async function readRawPiece(
  db: Db | Tx,
  vault: Vault,
  statementId: string,
  chunkNo: number,
): Promise<RawPiece | null> {
  const stored = await db('statement_chunks')
    .where({ statement_id: statementId, chunk_no: chunkNo })
    .first('sealed_raw');
  if (!stored) return null;
  const bytes = vault.openBytes(stored.sealed_raw, contextOf('raw', statementId, chunkNo));
  if (!isBookRows(bytes)) {
    const rows = readRawRows(bytes);
    return (row) => rows[row];
  }
  const table = tableOfChunk(await readPiece(db, vault, statementId, chunkNo));
  const textAt = readBookRows(bytes, table);
  return (row) => (row < table.count ? { line: table.line[row] ?? 0, raw: textAt(row) } : undefined);
}
