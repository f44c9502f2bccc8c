import { type Db, transact } from '../../infra/db/index.ts';
import { releaseBytes } from '../../infra/memory/index.ts';
import { type Fence, holdFence } from '../batches/fence.ts';
import { writeChunks } from './pieces.repo.ts';
import type { StatementPiece } from './pieces.ts';

/** Writes the pieces of a statement under a batch's fence, in bounded memory: while some are written, the next may be made. */
export class PieceWriter {
  private readonly db: Db;
  private readonly fence: Fence;
  private readonly statementId: string;
  private writing: Promise<void> = Promise.resolve();

  constructor(db: Db, fence: Fence, statementId: string) {
    this.db = db;
    this.fence = fence;
    this.statementId = statementId;
  }

  /**
   * Hands pieces to the database, and waits while it is busy with what came before. Nobody else may look at them any more. Throws what writing that threw: DomainError
   * `batch_taken_over`, `database_busy`.
   */
  async write(pieces: readonly StatementPiece[]): Promise<void> {
    await this.writing;
    if (pieces.length === 0) return;
    this.writing = this.put(pieces);
    // Whoever awaits it next is told; until then a failure is nobody's.
    this.writing.catch(() => {});
  }

  /** Waits until all is written. Throws as `write`. */
  async end(): Promise<void> {
    await this.writing;
  }

  private async put(pieces: readonly StatementPiece[]): Promise<void> {
    await transact(this.db, async (tx) => {
      await holdFence(tx, this.fence);
      await writeChunks(tx, this.statementId, pieces);
    });
    releaseBytes(...pieces.flatMap(({ sealedRows, sealedRaw }) => [sealedRows, sealedRaw]));
  }
}
