import { createHash } from 'node:crypto';
import type { Vault } from '../../src/infra/crypto/index.ts';
import { type Db, toInt } from '../../src/infra/db/index.ts';
import { newId, randomShardHint } from '../../src/kernel/ids.ts';
import { planBatches } from '../../src/reconciliation/batches/batches.repo.ts';
import type { Fence } from '../../src/reconciliation/batches/fence.ts';
import { ReconciliationRuns, type RunSummary } from '../../src/reconciliation/index.ts';
import {
  type SourceSettings,
  type StatementSide,
  type StatementSource,
  sourceSettingsSchema,
} from '../../src/reconciliation/intake/intake.types.ts';
import { updateStatement } from '../../src/reconciliation/intake/statements.repo.ts';
import type { MatchRow } from '../../src/reconciliation/matching/matching.types.ts';
import { StatementRowWriter } from './statement-rows.ts';
import { TestClock } from './test-clock.ts';

/** A source and its batches, with statements written as intake writes them, and matched. */
export class ReconciledSource {
  readonly source: StatementSource;
  readonly runs: ReconciliationRuns;
  private readonly db: Db;
  private readonly vault: Vault;
  private readonly clock = new TestClock();

  private constructor(db: Db, vault: Vault, source: StatementSource, agencies: readonly string[]) {
    this.db = db;
    this.vault = vault;
    this.source = source;
    this.runs = new ReconciliationRuns({
      db,
      vault,
      clock: this.clock,
      sources: { get: async () => source },
      agenciesOf: async () => agencies,
    });
  }

  static async open(
    { db, vault }: { db: Db; vault: Vault },
    sourceId: string,
    options: { role?: 'channel' | 'agency'; matching?: unknown; agencies?: string[] } = {},
  ): Promise<ReconciledSource> {
    const settings: SourceSettings = sourceSettingsSchema.parse({ matching: options.matching ?? {} });
    const source: StatementSource = {
      sourceId,
      role: options.role ?? 'channel',
      currency: 'CNY',
      cutOff: { timeZone: 'Asia/Shanghai', cutOff: '00:00' },
      beganOn: '2026-11-01',
      settings,
    };
    await db('statement_sources').insert({
      source_id: sourceId,
      role: source.role,
      currency: 'CNY',
      time_zone: source.cutOff.timeZone,
      cut_off: source.cutOff.cutOff,
      began_on: source.beganOn,
      settings: JSON.stringify(settings),
      updated_at_ms: 0,
    });
    return new ReconciledSource(db, vault, source, options.agencies ?? []);
  }

  /** The batch of a date, claimed anew: who held it before writes nothing any more. */
  async claim(businessDate: string): Promise<Fence> {
    const key = { sourceId: this.source.sourceId, businessDate };
    await planBatches(this.db, [{ ...key, dueAtMs: 0 }], 0);
    const where = { source_id: key.sourceId, business_date: businessDate };
    await this.db('reconciliation_batches').where(where).increment('fence', 1);
    const row = await this.db('reconciliation_batches').where(where).first('fence');
    return { ...key, token: toInt(row.fence) };
  }

  /** Writes an accepted statement, and says in its batch that it holds; returns its id. */
  async write(fence: Fence, side: StatementSide, rows: readonly MatchRow[]): Promise<string> {
    const statementId = newId('stm', this.clock.nowMs(), randomShardHint());
    const writer = await StatementRowWriter.begin({ db: this.db, vault: this.vault }, fence, {
      statementId,
      side,
      fileName: `${side}-${fence.businessDate}.csv`,
      format: null,
      receivedBy: null,
      receivedAtMs: this.clock.nowMs(),
    });
    const hash = createHash('sha256');
    for (const row of rows) {
      const raw = JSON.stringify(row);
      hash.update(raw);
      writer.add(row, raw);
      await writer.flushed();
    }
    const rowsSha256 = hash.digest('hex');
    await writer.finish(async (tx, begun) => {
      await updateStatement(tx, { ...begun, status: 'accepted', fileSha256: rowsSha256, rowsSha256 });
      await tx('reconciliation_batches')
        .where({ source_id: fence.sourceId, business_date: fence.businessDate })
        .update({ [`${side}_id`]: statementId });
    });
    return statementId;
  }

  /** Writes both statements of a date and matches them; `theirs` null: their file is late. */
  async day(
    businessDate: string,
    ours: readonly MatchRow[],
    theirs: readonly MatchRow[] | null,
  ): Promise<RunSummary> {
    const fence = await this.claim(businessDate);
    const oursId = await this.write(fence, 'ours', ours);
    const theirsId = theirs && (await this.write(fence, 'theirs', theirs));
    return this.match(businessDate, { oursId, theirsId });
  }

  async match(businessDate: string, input: { oursId: string; theirsId: string | null }): Promise<RunSummary> {
    const fence = await this.claim(businessDate);
    return this.runs.match(fence, input, () => {}, new AbortController().signal);
  }
}
