import { type Db, type Tx, transact } from '../../infra/db/index.ts';
import { type Fence, holdFence } from '../batches/fence.ts';
import type { Statement } from './intake.types.ts';
import type { Gathered, StatementPiece } from './pieces.ts';
import { deleteUnfinished, insertStatement, nextRevision, writeChunks } from './statements.repo.ts';

/** What is known of a statement before its rows. */
export type StatementOpening = Pick<
  Statement,
  'statementId' | 'side' | 'fileName' | 'format' | 'receivedBy' | 'receivedAtMs'
>;

/**
 * Writes the pieces of a statement under a batch's fence, in bounded memory: while some are written, the next may be made. Until
 * `finish` none of them counts; who dies before leaves pieces that nobody ever reads.
 */
export class StatementWriter {
  private readonly db: Db;
  private readonly fence: Fence;
  private readonly begun: Statement;
  private writing: Promise<void> = Promise.resolve();

  private constructor(db: Db, fence: Fence, begun: Statement) {
    this.db = db;
    this.fence = fence;
    this.begun = begun;
  }

  /** Begins a statement of a batch, and forgets what was begun before it and not finished. Throws DomainError `batch_taken_over`. */
  static async begin(db: Db, fence: Fence, opening: StatementOpening): Promise<StatementWriter> {
    const { sourceId, businessDate } = fence;
    const begun = await transact(db, async (tx) => {
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
    return new StatementWriter(db, fence, begun);
  }

  /** Hands pieces to the database, and waits while it is busy with what came before. */
  async write(pieces: readonly StatementPiece[]): Promise<void> {
    await this.writing;
    if (pieces.length === 0) return;
    const { begun, fence } = this;
    this.writing = transact(this.db, async (tx) => {
      await holdFence(tx, fence);
      await writeChunks(tx, begun.statementId, pieces);
    });
    // Whoever awaits it next is told; until then a failure is nobody's.
    this.writing.catch(() => {});
  }

  /** In one transaction under the fence, what `conclude` makes of the statement. Throws what writing threw. */
  async finish<T>(
    { rowCount, sums }: Gathered,
    conclude: (tx: Tx, begun: Statement) => Promise<T>,
  ): Promise<T> {
    await this.writing;
    const { begun } = this;
    return transact(this.db, async (tx) => {
      await holdFence(tx, this.fence);
      return conclude(tx, { ...begun, rowCount, content: { ...begun.content, sums } });
    });
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
