import type { Vault } from '../../infra/crypto/index.ts';
import { openPiece, type SealedPiece } from '../intake/pieces.repo.ts';
import { type Chunk, readChunk } from '../matching/chunk-format.ts';
import { rowsOfChunk } from '../matching/chunk-rows.ts';
import { holdPiece, indexPart, type PairMemory, PlainPairing } from '../matching/plain-pairs.ts';
import { ChunkWriter } from '../matching/row-chunks.ts';
import { RowTable } from '../matching/row-table.ts';
import { TextPool } from '../matching/text-pool.ts';
import { rowNosOf } from './piece-reading.ts';
import { type SideTotals, totalsOf } from './side-totals.ts';

/** Rows of a piece that are left to be matched with others; `rowNos` are their places in the statement. */
export interface LeftRows {
  chunkNo: number;
  chunk: Uint8Array;
  rowNos: Int32Array;
}

/** What one thread does of a pairing: all pieces of our statement first, in all threads, then theirs. */
export class PieceWork {
  private readonly vault: Vault;
  private readonly memory: PairMemory;
  private readonly currency: string;
  private readonly piece = new RowTable(new TextPool());
  private readonly writer = new ChunkWriter();
  private pairing: PlainPairing | null = null;

  /** `currency` is the source's. */
  constructor(vault: Vault, memory: PairMemory, currency: string) {
    this.vault = vault;
    this.memory = memory;
    this.currency = currency;
  }

  /** Holds a piece of our statement. */
  hold(sealed: SealedPiece): { chunkNo: number; chunk: Chunk; totals: SideTotals } {
    const bytes = openPiece(this.vault, sealed);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    const chunk = readChunk(shared);
    this.fill(chunk);
    holdPiece(this.memory, sealed.chunkNo, chunk, this.piece);
    return { chunkNo: sealed.chunkNo, chunk, totals: this.totals() };
  }

  /** Makes a part of the rows that are held be found; `held` are all pieces, in order. */
  index(held: readonly Chunk[], part: number): void {
    indexPart(this.memory, held, part);
    this.pairing = new PlainPairing(this.memory, held, this.piece);
  }

  /** Pairs a piece of their statement, once all parts are indexed. */
  pair(sealed: SealedPiece): { left: LeftRows | null; totals: SideTotals } {
    if (!this.pairing) throw new Error('our rows are not indexed yet');
    const chunk = readChunk(openPiece(this.vault, sealed));
    this.fill(chunk);
    const rows = this.pairing.pair(sealed.chunkNo);
    const left = rows.length === 0 ? null : leftRows(sealed.chunkNo, chunk, rows, this.writer);
    return { left, totals: this.totals() };
  }

  private fill(chunk: Chunk): void {
    this.piece.clear();
    this.piece.append(chunk);
  }

  private totals(): SideTotals {
    return totalsOf(this.piece, this.piece.count, this.currency);
  }
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
