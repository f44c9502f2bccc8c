import type { Vault } from '../../infra/crypto/index.ts';
import { releaseBytes } from '../../infra/memory/index.ts';
import { safeSum } from '../../kernel/money.ts';
import type { MatchRow } from '../matching/matching.types.ts';
import { ChunkWriter, ROWS_PER_CHUNK } from '../matching/row-chunks.ts';
import type { StatementContent } from './intake.types.ts';
import { contextOf } from './sealed-piece.ts';

/** So many bytes are written at once: less costs flushes, more costs memory and a database's largest packet. */
const BYTES_A_WRITE = 3 * 1024 ** 2;

/** Some thousand rows of a statement, sealed: as columns (`ChunkWriter`), and what each was made of (`RawRowsWriter`, `BookRowsWriter`). */
export interface StatementPiece {
  /** 0-based; all pieces but the last have `ROWS_PER_CHUNK` rows. */
  chunkNo: number;
  rowCount: number;
  sealedRows: Buffer;
  sealedRaw: Buffer;
}

/** Which dates rows say: the first and last (null: none says any), and how many say the batch's own. */
export interface RowDates {
  first: string | null;
  last: string | null;
  onDateCount: number;
}

/** What all rows of a statement come to. */
export interface Gathered {
  rowCount: number;
  /** Of final rows. */
  sums: StatementContent['sums'];
  dates: RowDates;
}

/** Gathers what rows were made of. */
interface OriginalsWriter<Original> {
  add(line: number, original: Original): void;
  /** All since the last call. */
  take(): Buffer;
}

/** Makes pieces of a statement's rows, in their order. */
export class PieceGatherer<Original> {
  private readonly vault: Vault;
  private readonly statementId: string;
  private readonly businessDate: string;
  private readonly dates: RowDates = { first: null, last: null, onDateCount: 0 };
  private readonly sums = new Map<string, { rowCount: number; amountMinor: number }>();
  private rowCount = 0;
  private readonly rows = new ChunkWriter();
  private readonly originals: OriginalsWriter<Original>;
  private readonly onPiece: (bytes: readonly Uint8Array[]) => void;
  private pieces: StatementPiece[] = [];
  private gatheredBytes = 0;
  private chunkNo = 0;
  private lastCurrency = '';
  private lastSum = { rowCount: 0, amountMinor: 0 };

  /** `onPiece` is shown the bytes of each before they are sealed. */
  constructor(
    vault: Vault,
    { statementId, businessDate }: { statementId: string; businessDate: string },
    originals: OriginalsWriter<Original>,
    onPiece: (bytes: readonly Uint8Array[]) => void = () => {},
  ) {
    this.vault = vault;
    this.statementId = statementId;
    this.businessDate = businessDate;
    this.originals = originals;
    this.onPiece = onPiece;
  }

  /** Throws RangeError for what no table takes, and what the writer of originals does. */
  add(row: MatchRow, original: Original): void {
    this.rows.add(row);
    this.originals.add(row.line, original);
    this.rowCount += 1;
    if (row.status === 'final' || row.status === undefined) this.sum(row);
    if (row.bookedOn !== null) this.count(row.bookedOn);
    if (this.rows.count === ROWS_PER_CHUNK) this.takePiece();
  }

  /** Whether there is enough for a write. */
  get hasEnough(): boolean {
    return this.gatheredBytes >= BYTES_A_WRITE;
  }

  /** The whole pieces since the last call. */
  take(): StatementPiece[] {
    const { pieces } = this;
    this.pieces = [];
    this.gatheredBytes = 0;
    return pieces;
  }

  /** Makes the last rows a piece too, and says what all come to. */
  end(): Gathered {
    if (this.rows.count > 0) this.takePiece();
    const sums = [...this.sums].map(([currency, sum]) => ({ currency, ...sum }));
    return { rowCount: this.rowCount, sums, dates: this.dates };
  }

  private takePiece(): void {
    const { chunkNo, vault, statementId } = this;
    const rowCount = this.rows.count;
    const rows = this.rows.take();
    const raw = this.originals.take();
    this.onPiece([rows, raw]);
    const sealedRows = vault.sealBytes(rows, contextOf('rows', statementId, chunkNo));
    const sealedRaw = vault.sealBytes(raw, contextOf('raw', statementId, chunkNo));
    releaseBytes(rows, raw);
    this.pieces.push({ chunkNo, rowCount, sealedRows, sealedRaw });
    this.chunkNo += 1;
    this.gatheredBytes += sealedRows.length + sealedRaw.length;
  }

  private sum({ currency, amountMinor }: MatchRow): void {
    if (currency !== this.lastCurrency || this.lastSum.rowCount === 0) {
      this.lastCurrency = currency;
      this.lastSum = this.sums.get(currency) ?? { rowCount: 0, amountMinor: 0 };
      this.sums.set(currency, this.lastSum);
    }
    this.lastSum.rowCount += 1;
    this.lastSum.amountMinor = safeSum(this.lastSum.amountMinor, amountMinor ?? 0);
  }

  private count(date: string): void {
    const { dates } = this;
    if (date === this.businessDate) dates.onDateCount += 1;
    if (dates.first === null || date < dates.first) dates.first = date;
    if (dates.last === null || date > dates.last) dates.last = date;
  }
}
