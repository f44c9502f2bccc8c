import type { Vault } from '../../src/infra/crypto/index.ts';
import type { Db, Tx } from '../../src/infra/db/index.ts';
import type { Fence } from '../../src/reconciliation/batches/fence.ts';
import type { Statement } from '../../src/reconciliation/intake/intake.types.ts';
import { PieceGatherer } from '../../src/reconciliation/intake/pieces.ts';
import { RawRowsWriter } from '../../src/reconciliation/intake/raw-rows.ts';
import { type StatementOpening, StatementWriter } from '../../src/reconciliation/intake/statement-writer.ts';
import type { MatchRow } from '../../src/reconciliation/matching/matching.types.ts';

/** Writes a statement row by row. */
export class StatementRowWriter {
  private readonly gatherer: PieceGatherer<string>;
  private readonly writer: StatementWriter;

  private constructor(gatherer: PieceGatherer<string>, writer: StatementWriter) {
    this.gatherer = gatherer;
    this.writer = writer;
  }

  /** Throws as `StatementWriter.begin`. */
  static async begin(
    { db, vault }: { db: Db; vault: Vault },
    fence: Fence,
    opening: StatementOpening,
  ): Promise<StatementRowWriter> {
    const writer = await StatementWriter.begin(db, fence, opening);
    const of = { statementId: opening.statementId, businessDate: fence.businessDate };
    return new StatementRowWriter(new PieceGatherer(vault, of, new RawRowsWriter()), writer);
  }

  /** Throws as `PieceGatherer.add`. */
  add(row: MatchRow, raw: string): void {
    this.gatherer.add(row, raw);
  }

  /** To be awaited between rows. */
  async flushed(): Promise<void> {
    if (this.gatherer.hasEnough) await this.writer.write(this.gatherer.take());
  }

  /** Writes what is left, and finishes as `StatementWriter` does. */
  async finish<T>(conclude: (tx: Tx, begun: Statement) => Promise<T>): Promise<T> {
    const gathered = this.gatherer.end();
    await this.writer.write(this.gatherer.take());
    return this.writer.finish(gathered, conclude);
  }
}
