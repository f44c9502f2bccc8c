import type { Vault } from '../../infra/crypto/index.ts';
import { type Db, type Tx, transact } from '../../infra/db/index.ts';
import { safeSum } from '../../kernel/money.ts';
import { type Fence, holdFence } from '../batches/fence.ts';
import type { MatchRow } from '../matching/matching.types.ts';
import { ChunkWriter, ROWS_PER_CHUNK } from '../matching/row-chunks.ts';
import type { Statement, StatementContent } from './intake.types.ts';
import { RawRowsWriter } from './raw-rows.ts';
import {
  deleteUnfinished,
  insertStatement,
  nextRevision,
  type StatementPiece,
  writeChunks,
} from './statements.repo.ts';

/** One transaction writes about this much: less costs flushes, more costs memory and a database's largest packet. */
const BYTES_A_WRITE = 3 * 1024 ** 2;

/** What is known of a statement before its rows. */
export type StatementOpening = Pick<
  Statement,
  'statementId' | 'side' | 'fileName' | 'format' | 'receivedBy' | 'receivedAtMs'
>;

/** Which dates rows say: the first and last (null: none says any), and how many say the batch's own. */
export interface RowDates {
  first: string | null;
  last: string | null;
  onDateCount: number;
}

/**
 * Writes the rows of a statement under a batch's fence, piece by piece and in bounded memory: while some are written, the next may be
 * added. Until `finish` none of them counts; who dies before leaves pieces that nobody ever reads.
 */
export class StatementWriter {
  readonly dates: RowDates = { first: null, last: null, onDateCount: 0 };
  private readonly sums = new Map<string, { rowCount: number; amountMinor: number }>();
  private rowCount = 0;
  private readonly db: Db;
  private readonly vault: Vault;
  private readonly fence: Fence;
  private readonly begun: Statement;
  private readonly rows = new ChunkWriter();
  private readonly raw = new RawRowsWriter();
  private pieces: StatementPiece[] = [];
  private gatheredBytes = 0;
  private chunkNo = 0;
  private writing: Promise<void> = Promise.resolve();
  private lastCurrency = '';
  private lastSum = { rowCount: 0, amountMinor: 0 };

  private constructor({ db, vault }: { db: Db; vault: Vault }, fence: Fence, begun: Statement) {
    this.db = db;
    this.vault = vault;
    this.fence = fence;
    this.begun = begun;
  }

  /** Begins a statement of a batch, and forgets what was begun before it and not finished. Throws DomainError `batch_taken_over`. */
  static async begin(
    deps: { db: Db; vault: Vault },
    fence: Fence,
    opening: StatementOpening,
  ): Promise<StatementWriter> {
    const { sourceId, businessDate } = fence;
    const begun = await transact(deps.db, async (tx) => {
      await holdFence(tx, fence);
      await deleteUnfinished(tx, fence, opening.side);
      const statement: Statement = {
        ...NOTHING_KNOWN,
        ...opening,
        sourceId,
        businessDate,
        revision: await nextRevision(tx, fence, opening.side),
      };
      await insertStatement(tx, statement);
      return statement;
    });
    return new StatementWriter(deps, fence, begun);
  }

  /** Throws RawRowsTooLarge, and RangeError for what no table takes. */
  add(row: MatchRow, raw: string): void {
    this.rows.add(row);
    this.raw.add(row.line, raw);
    this.rowCount += 1;
    if (row.status === 'final' || row.status === undefined) this.sum(row);
    if (row.bookedOn !== null) this.count(row.bookedOn);
    if (this.rows.count === ROWS_PER_CHUNK) this.takePiece();
  }

  /** To be awaited between rows: hands what has gathered to the database, and waits while it is busy with what came before. */
  async flushed(): Promise<void> {
    if (this.gatheredBytes >= BYTES_A_WRITE) await this.write();
  }

  /** Writes what is left and, in one transaction under the fence, what `conclude` makes of the statement. Throws what writing threw. */
  async finish<T>(conclude: (tx: Tx, begun: Statement) => Promise<T>): Promise<T> {
    if (this.rows.count > 0) this.takePiece();
    await this.write();
    await this.writing;
    const { begun, rowCount } = this;
    const sums = [...this.sums].map(([currency, sum]) => ({ currency, ...sum }));
    const content: StatementContent = { ...begun.content, sums };
    return transact(this.db, async (tx) => {
      await holdFence(tx, this.fence);
      return conclude(tx, { ...begun, rowCount, content });
    });
  }

  private takePiece(): void {
    const rowCount = this.rows.count;
    const piece = { chunkNo: this.chunkNo, rowCount, rows: this.rows.take(), raw: this.raw.take() };
    this.chunkNo += 1;
    this.pieces.push(piece);
    this.gatheredBytes += piece.rows.length + piece.raw.length;
  }

  private async write(): Promise<void> {
    const { pieces, begun, fence, vault } = this;
    this.pieces = [];
    this.gatheredBytes = 0;
    await this.writing;
    if (pieces.length === 0) return;
    this.writing = transact(this.db, async (tx) => {
      await holdFence(tx, fence);
      await writeChunks(tx, vault, begun.statementId, pieces);
    });
    // Whoever awaits it next is told; until then a failure is nobody's.
    this.writing.catch(() => {});
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
    if (date === this.begun.businessDate) dates.onDateCount += 1;
    if (dates.first === null || date < dates.first) dates.first = date;
    if (dates.last === null || date > dates.last) dates.last = date;
  }
}

const NOTHING_KNOWN = {
  revision: 0,
  status: 'loading',
  fileSha256: '',
  rowsSha256: '',
  rowCount: 0,
  sequence: null,
  content: { variant: null, encoding: null, balances: [], totals: [], sums: [] },
  findings: [],
  decidedBy: null,
  decidedAtMs: null,
  decisionReason: null,
} as const satisfies Partial<Statement>;
