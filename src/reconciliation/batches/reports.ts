import { createHash } from 'node:crypto';
import { type Db, type Tx, toInt, transact } from '../../infra/db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Statement, StatementSource } from '../intake/intake.types.ts';
import { findStatement } from '../intake/statements.repo.ts';
import type { RunSummary } from '../runs/runs.types.ts';
import { listBatches } from './batches.repo.ts';
import { addDayChange } from './days.repo.ts';
import { type Fence, holdFence } from './fence.ts';
import { ALL_SOURCES, findReport, insertReport, sumBreaks } from './reports.repo.ts';
import { threeWayOf } from './reports.rules.ts';
import type { BatchReport, DayReport, DayReportLine } from './reports.types.ts';

interface ReportsDeps {
  db: Db;
  clock: Clock;
  sources: { list(): Promise<readonly Pick<StatementSource, 'sourceId' | 'role'>[]> };
  runs: { get(runId: string): Promise<RunSummary> };
}

/** Writes down what reconciliation came to: of each batch, and of each business date over all sources. */
export class Reports {
  private readonly deps: ReportsDeps;

  constructor(deps: ReportsDeps) {
    this.deps = deps;
  }

  /** Reports a batch that was matched. The same as reported already is not reported again. */
  async writeOfBatch(fence: Fence, runId: string): Promise<void> {
    const { db, clock, runs } = this.deps;
    const run = await runs.get(runId);
    const [ours, theirs] = await Promise.all([
      findStatement(db, run.oursId),
      run.theirsId === null ? null : findStatement(db, run.theirsId),
    ]);
    if (!ours) throw new RangeError('a run names a statement that is not there');
    await transact(db, async (tx) => {
      await holdFence(tx, fence);
      const content: BatchReport = {
        sourceId: run.sourceId,
        businessDate: run.businessDate,
        runId,
        runNo: run.runNo,
        digest: run.digest,
        ours: reported(ours),
        theirs: theirs && reported(theirs),
        matchCount: run.matchCount,
        breakCount: run.breakCount,
        proof: run.proof,
        breaks: await sumBreaks(tx, fence),
      };
      const nowMs = clock.nowMs();
      await insertReport(tx, fence, { content, digest: digestOf(content), createdAtMs: nowMs });
      await addDayChange(tx, fence.businessDate, nowMs);
    });
  }

  /** Reports a date as its batches stand now, unless that is reported. Any number may do so at once. */
  async writeOfDay(businessDate: string): Promise<void> {
    const { db, clock, sources } = this.deps;
    const roles = new Map((await sources.list()).map(({ sourceId, role }) => [sourceId, role]));
    await transact(db, async (tx) => {
      const day = { business_date: businessDate };
      const row = await tx('reconciliation_days').where(day).forUpdate().first();
      if (!row || toInt(row.reported) >= toInt(row.changes)) return;
      const content = await dayReport(tx, businessDate, roles);
      const key = { sourceId: ALL_SOURCES, businessDate };
      await insertReport(tx, key, { content, digest: digestOf(content), createdAtMs: clock.nowMs() });
      await tx('reconciliation_days').where(day).update({ reported: row.changes, nudge_at_ms: null });
    });
  }
}

type Roles = ReadonlyMap<string, StatementSource['role']>;

async function dayReport(tx: Tx, businessDate: string, roles: Roles): Promise<DayReport> {
  const batches = await listBatches(tx, businessDate);
  const lines: DayReportLine[] = [];
  for (const { sourceId, phase, state, problem } of batches) {
    const report = await findReport<BatchReport>(tx, { sourceId, businessDate });
    const role = roles.get(sourceId) ?? 'agency';
    lines.push({ sourceId, role, phase, state, problem, report: report?.content ?? null });
  }
  return {
    businessDate,
    isComplete: batches.every(({ state }) => state === 'done'),
    threeWay: threeWayOf(lines),
    lines,
    openBreaks: lines
      .flatMap(({ report }) => report?.breaks ?? [])
      .filter(({ state }) => state !== 'closed')
      .reduce((sum, { count }) => sum + count, 0),
  };
}

function reported({
  statementId,
  revision,
  fileName,
  fileSha256,
  rowsSha256,
  rowCount,
}: Statement): BatchReport['ours'] {
  return { statementId, revision, fileName, fileSha256, rowsSha256, rowCount };
}

function digestOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
