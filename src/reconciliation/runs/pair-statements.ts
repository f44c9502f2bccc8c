import type { StatementDeps } from '../intake/thread-deps.ts';
import { type Chunk, readChunk } from '../matching/chunk-format.ts';
import { rowsOfChunk } from '../matching/chunk-rows.ts';
import { holdPiece, type PairMemory, PlainPairing } from '../matching/plain-pairs.ts';
import { ChunkWriter } from '../matching/row-chunks.ts';
import { RowTable } from '../matching/row-table.ts';
import { TextPool } from '../matching/text-pool.ts';
import { pieceCountOf, readPieces, rowNosOf } from './piece-reading.ts';
import { type SideTotals, totalsOf, totalsOfAll } from './side-totals.ts';

/** A statement whose pieces several threads share among themselves. */
export interface SharedStatement {
  statementId: string;
  rowCount: number;
  /** The source's. */
  currency: string;
  /** One number in shared memory: of the piece that nobody has taken yet. */
  nextPiece: Int32Array;
}

/** Rows of a piece that are left to be matched with others; `rowNos` are their places in the statement. */
export interface LeftRows {
  chunkNo: number;
  chunk: Uint8Array;
  rowNos: Int32Array;
}

interface HeldPieces {
  /** By number of the piece. */
  pieces: [number, Chunk][];
  totals: SideTotals;
}

interface PassedPieces {
  left: LeftRows[];
  totals: SideTotals;
}

/** Reads pieces of our statement, as long as there are any that no other thread has taken, and holds them. */
export async function holdPieces(
  deps: StatementDeps,
  statement: SharedStatement,
  memory: PairMemory,
  onRows: (count: number) => void,
): Promise<HeldPieces> {
  const pieces: [number, Chunk][] = [];
  const totals: SideTotals[] = [];
  const piece = new RowTable(new TextPool());
  for await (const [{ chunkNo }, bytes] of readPieces(deps, untaken(statement))) {
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    const chunk = readChunk(shared);
    piece.clear();
    piece.append(chunk);
    holdPiece(memory, chunkNo, chunk, piece);
    totals.push(totalsOf(piece, piece.count, statement.currency));
    pieces.push([chunkNo, chunk]);
    onRows(piece.count);
  }
  return { pieces, totals: totalsOfAll(totals) };
}

/** Reads pieces of their statement likewise, and pairs their rows with ours. */
export async function pairPieces(
  deps: StatementDeps,
  statement: SharedStatement,
  { memory, held }: { memory: PairMemory; held: readonly Chunk[] },
  onRows: (count: number) => void,
): Promise<PassedPieces> {
  const left: LeftRows[] = [];
  const writer = new ChunkWriter();
  const totals: SideTotals[] = [];
  const piece = new RowTable(new TextPool());
  const pairing = new PlainPairing(memory, held, piece);
  for await (const [{ chunkNo }, bytes] of readPieces(deps, untaken(statement))) {
    const chunk = readChunk(bytes);
    piece.clear();
    piece.append(chunk);
    const rows = pairing.pair(chunkNo);
    if (rows.length > 0) left.push(leftRows(chunkNo, chunk, rows, writer));
    totals.push(totalsOf(piece, piece.count, statement.currency));
    onRows(piece.count);
  }
  return { left, totals: totalsOfAll(totals) };
}

/** Some rows of a piece as a chunk of their own, which `writer` makes. */
export function leftRows(
  chunkNo: number,
  chunk: Chunk,
  rows: readonly number[],
  writer: ChunkWriter,
): LeftRows {
  for (const row of rowsOfChunk(chunk, rows)) writer.add(row);
  return { chunkNo, chunk: writer.take(), rowNos: rowNosOf(chunkNo, rows) };
}

function* untaken({ statementId, rowCount, nextPiece }: SharedStatement) {
  for (;;) {
    const chunkNo = Atomics.add(nextPiece, 0, 1);
    if (chunkNo >= pieceCountOf(rowCount)) return;
    yield { statementId, chunkNo };
  }
}
