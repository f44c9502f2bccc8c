import type { Vault } from '../../infra/crypto/index.ts';
import { collectYoungGarbage, releaseBytes, SharedSlabs } from '../../infra/memory/index.ts';
import { openPiece, type SealedPiece } from '../intake/sealed-piece.ts';
import { type Chunk, readChunk } from '../matching/chunk-format.ts';
import { rowsOfChunk } from '../matching/chunk-rows.ts';
import type { HeldPiece } from '../matching/held-pieces.ts';
import { holdPiece, indexPart, type PairMemory, PlainPairing } from '../matching/plain-pairs.ts';
import { ChunkWriter } from '../matching/row-chunks.ts';
import { RowTable } from '../matching/row-table.ts';
import { rowNosOf } from '../matching/row-values.ts';
import { TextPool } from '../matching/text-pool.ts';
import { type SideTotals, totalsOf } from './side-totals.ts';

const PIECES_A_COLLECTION = 4;

/** Rows of a piece that are left to be matched with others; `rowNos` are their places in the statement. */
export interface LeftRows {
  chunkNo: number;
  chunk: Uint8Array;
  rowNos: Int32Array;
}

/** What one thread does of a pairing: all pieces of our statement first, in all threads, then theirs, then once more those of which rows are left. */
export class PieceWork {
  private readonly vault: Vault;
  private readonly memory: PairMemory;
  private readonly currency: string;
  private readonly piece = new RowTable(new TextPool());
  private readonly writer = new ChunkWriter();
  private readonly slabs = new SharedSlabs();
  private pieceCount = 0;
  private pairing: PlainPairing | null = null;

  /** `currency` is the source's. */
  constructor(vault: Vault, memory: PairMemory, currency: string) {
    this.vault = vault;
    this.memory = memory;
    this.currency = currency;
  }

  /** Holds a piece of our statement. */
  hold(sealed: SealedPiece): { chunkNo: number; held: HeldPiece; totals: SideTotals } {
    const bytes = this.open(sealed);
    const chunk = readChunk(bytes);
    this.fill(chunk);
    const { memory, piece, slabs } = this;
    const held = holdPiece(memory, sealed.chunkNo, { chunk, piece }, (length) => slabs.take(length));
    releaseBytes(bytes);
    return { chunkNo: sealed.chunkNo, held, totals: this.totals() };
  }

  /** Makes a part of the rows that are held be found; `held` are all pieces, in order. */
  index(held: readonly HeldPiece[], part: number): void {
    indexPart(this.memory, held, part);
    this.pairing = new PlainPairing(this.memory, held, this.piece);
  }

  /** Pairs a piece of their statement, once all parts are indexed. */
  pair(sealed: SealedPiece): { left: LeftRows | null; totals: SideTotals } {
    if (!this.pairing) throw new Error('our rows are not indexed yet');
    const bytes = this.open(sealed);
    const chunk = readChunk(bytes);
    this.fill(chunk);
    const rows = this.pairing.pair(sealed.chunkNo);
    const left = rows.length === 0 ? null : leftRows(sealed.chunkNo, chunk, rows, this.writer);
    releaseBytes(bytes);
    return { left, totals: this.totals() };
  }

  /** Some rows of a piece, to be matched with others. */
  leave(sealed: SealedPiece, rows: readonly number[]): LeftRows {
    const bytes = this.open(sealed);
    const left = leftRows(sealed.chunkNo, readChunk(bytes), rows, this.writer);
    releaseBytes(bytes);
    return left;
  }

  private open(sealed: SealedPiece): Buffer {
    this.pieceCount += 1;
    // Pieces as they are kept come in long packets of a driver, or of the other thread.
    if (this.pieceCount % PIECES_A_COLLECTION === 0) collectYoungGarbage();
    return openPiece(this.vault, sealed);
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
function leftRows(chunkNo: number, chunk: Chunk, rows: readonly number[], writer: ChunkWriter): LeftRows {
  for (const row of rowsOfChunk(chunk, rows)) writer.add(row);
  return { chunkNo, chunk: writer.take(), rowNos: rowNosOf(chunkNo, rows) };
}
