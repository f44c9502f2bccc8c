import type { Vault } from '../../src/infra/crypto/index.ts';
import type { Db, Tx } from '../../src/infra/db/index.ts';
import type { Fence } from '../../src/reconciliation/batches/fence.ts';
import {
  beginStatement,
  finishStatement,
  type StatementOpening,
} from '../../src/reconciliation/intake/begin-statement.ts';
import type { Statement } from '../../src/reconciliation/intake/intake.types.ts';
import { PieceWriter } from '../../src/reconciliation/intake/piece-writer.ts';
import { PieceGatherer } from '../../src/reconciliation/intake/pieces.ts';
import { RawRowsWriter } from '../../src/reconciliation/intake/raw-rows.ts';
import type { MatchRow } from '../../src/reconciliation/matching/matching.types.ts';

/** Writes a statement row by row. */
export class StatementRowWriter {
  private readonly db: Db;
  private readonly fence: Fence;
  private readonly begun: Statement;
  private readonly gatherer: PieceGatherer<string>;
  private readonly writer: PieceWriter;

  private constructor({ db, vault }: { db: Db; vault: Vault }, fence: Fence, begun: Statement) {
    this.db = db;
    this.fence = fence;
    this.begun = begun;
    this.gatherer = new PieceGatherer(vault, begun, new RawRowsWriter());
    this.writer = new PieceWriter(db, fence, begun.statementId);
  }

  /** Throws as `beginStatement`. */
  static async begin(
    deps: { db: Db; vault: Vault },
    fence: Fence,
    opening: StatementOpening,
  ): Promise<StatementRowWriter> {
    return new StatementRowWriter(deps, fence, await beginStatement(deps.db, fence, opening));
  }

  /** Throws as `PieceGatherer.add`. */
  add(row: MatchRow, raw: string): void {
    this.gatherer.add(row, raw);
  }

  /** To be awaited between rows. */
  async flushed(): Promise<void> {
    if (this.gatherer.hasEnough) await this.writer.write(this.gatherer.take());
  }

  /** Writes what is left, and finishes as `finishStatement` does. */
  async finish<T>(conclude: (tx: Tx, begun: Statement) => Promise<T>): Promise<T> {
    const { db, fence, begun } = this;
    const gathered = this.gatherer.end();
    await this.writer.write(this.gatherer.take());
    await this.writer.end();
    return finishStatement(db, fence, { begun, gathered }, conclude);
  }
}
