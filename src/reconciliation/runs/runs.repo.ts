import { type Db, insertBytes, type Tx, toInt } from '../../infra/db/index.ts';
import type { MatchRule, Scores } from '../matching/matching.types.ts';
import type { MatchingRules } from '../matching/rules.ts';
import type { RunDifference, RunSummary } from './runs.types.ts';
import type { FoundGroup, FoundPlace } from './work.types.ts';

interface BatchOf {
  sourceId: string;
  businessDate: string;
}

/** A run as it is kept. */
export interface Run extends RunSummary {
  /** By which rules, and which open breaks of earlier dates it took in. */
  rules: MatchingRules;
  carriedBreakIds: readonly string[];
  /** Of statements, rules and what the source is. */
  inputsSha256: string;
  difference: RunDifference;
}

export const whereBatch = ({ sourceId, businessDate }: BatchOf) => ({
  source_id: sourceId,
  business_date: businessDate,
});

export async function insertRun(tx: Tx, run: Run): Promise<void> {
  await tx('reconciliation_runs').insert({
    run_id: run.runId,
    ...whereBatch(run),
    run_no: run.runNo,
    ours_id: run.oursId,
    theirs_id: run.theirsId,
    previous_run_id: run.previousRunId,
    rules: JSON.stringify({ matching: run.rules, carriedBreakIds: run.carriedBreakIds }),
    inputs_sha256: run.inputsSha256,
    match_count: run.matchCount,
    break_count: run.breakCount,
    proof: JSON.stringify(run.proof),
    digest: run.digest,
    difference: JSON.stringify(run.difference),
    created_at_ms: run.createdAtMs,
  });
}

export async function findRun(db: Db | Tx, runId: string): Promise<Run | null> {
  const row = await db('reconciliation_runs').where({ run_id: runId }).first();
  return row ? runOf(row) : null;
}

/** The newest first. */
export async function listRuns(
  db: Db,
  filter: { sourceId?: string; businessDate?: string; before?: string; limit: number },
): Promise<Run[]> {
  const rows = await db('reconciliation_runs')
    .modify((query) => {
      if (filter.sourceId !== undefined) query.where('source_id', filter.sourceId);
      if (filter.businessDate !== undefined) query.where('business_date', filter.businessDate);
      if (filter.before !== undefined) query.where('run_id', '<', filter.before);
    })
    .orderBy('run_id', 'desc')
    .limit(filter.limit);
  return rows.map(runOf);
}

/** The run that holds for a batch; null when nothing was matched yet. Locks nothing. */
export async function currentRunOf(db: Db | Tx, batch: BatchOf): Promise<Run | null> {
  const row = await db('reconciliation_batches').where(whereBatch(batch)).first('run_id');
  return row?.run_id ? findRun(db, row.run_id) : null;
}

function runOf(row: Record<string, string>): Run {
  const { matching, carriedBreakIds } = JSON.parse(row.rules ?? '{}');
  return {
    runId: row.run_id ?? '',
    sourceId: row.source_id ?? '',
    businessDate: row.business_date ?? '',
    runNo: toInt(row.run_no),
    oursId: row.ours_id ?? '',
    theirsId: row.theirs_id ?? null,
    previousRunId: row.previous_run_id ?? null,
    rules: matching,
    carriedBreakIds,
    inputsSha256: row.inputs_sha256 ?? '',
    matchCount: toInt(row.match_count),
    breakCount: toInt(row.break_count),
    proof: JSON.parse(row.proof ?? '{}'),
    digest: row.digest ?? '',
    difference: JSON.parse(row.difference ?? '{}'),
    createdAtMs: toInt(row.created_at_ms),
  };
}

/** Writes sheets of a run that is not published yet. */
export async function insertSheets(
  tx: Tx,
  runId: string,
  statementId: string,
  sheets: readonly { chunkNo: number; rowCount: number; slots: Uint8Array }[],
): Promise<void> {
  if (sheets.length === 0) return;
  await insertBytes(
    tx,
    'match_sheets',
    sheets.map(({ chunkNo, rowCount, slots }) => ({
      run_id: runId,
      statement_id: statementId,
      chunk_no: chunkNo,
      row_count: rowCount,
      slots: Buffer.from(slots.buffer, slots.byteOffset, slots.length),
      is_active: null,
    })),
  );
}

/** The sheets of a run take the place of those of the run before, also of those for statements that it did not look at. */
export async function activateSheets(tx: Tx, runId: string, previousRunId: string | null): Promise<void> {
  if (previousRunId) await tx('match_sheets').where({ run_id: previousRunId }).update({ is_active: null });
  await tx('match_sheets').where({ run_id: runId }).update({ is_active: 1 });
}

/** How many rows of a statement have a slot in an active sheet. */
export async function countActiveSlots(tx: Db | Tx, statementId: string): Promise<number> {
  const row = await tx('match_sheets')
    .where({ statement_id: statementId, is_active: 1 })
    .sum({ rows: 'row_count' })
    .first();
  return toInt(row?.rows ?? 0);
}

/** The active sheets of a statement, in order. */
export async function* activeSheets(
  db: Db,
  statementId: string,
): AsyncGenerator<{ chunkNo: number; slots: Buffer }> {
  for (let next = 0; ; next++) {
    const row = await db('match_sheets')
      .where({ statement_id: statementId, chunk_no: next, is_active: 1 })
      .first('slots');
    if (!row) return;
    yield { chunkNo: next, slots: row.slots };
  }
}

/** The active sheet of a piece, and its run. */
export async function activeSheet(
  db: Db,
  statementId: string,
  chunkNo: number,
): Promise<{ runId: string; slots: Buffer } | null> {
  const row = await db('match_sheets')
    .where({ statement_id: statementId, chunk_no: chunkNo, is_active: 1 })
    .first('run_id', 'slots');
  return row ? { runId: row.run_id, slots: row.slots } : null;
}

/** Writes groups of a run that is not published yet. */
export async function insertGroups(tx: Tx, runId: string, groups: readonly FoundGroup[]): Promise<void> {
  if (groups.length === 0) return;
  await tx('match_groups').insert(
    groups.map(({ matchNo, rule, scores, ours, theirs }) => ({
      run_id: runId,
      match_no: matchNo,
      rule,
      ours: JSON.stringify(ours),
      theirs: JSON.stringify(theirs),
      scores: JSON.stringify(scores),
    })),
  );
}

export interface KeptGroup {
  rule: MatchRule;
  scores: Scores;
  ours: readonly FoundPlace[];
  theirs: readonly FoundPlace[];
}

/** All groups of a run. */
export async function groupsOf(db: Db, runId: string): Promise<(KeptGroup & { matchNo: number })[]> {
  const rows = await db('match_groups').where({ run_id: runId }).orderBy('match_no');
  return rows.map((row) => ({ ...groupOf(row), matchNo: toInt(row.match_no) }));
}

export async function findGroup(db: Db, runId: string, matchNo: number): Promise<KeptGroup | null> {
  const row = await db('match_groups').where({ run_id: runId, match_no: matchNo }).first();
  return row ? groupOf(row) : null;
}

/** The match of a run that took in a break of an earlier date. */
export async function findGroupWithBreak(db: Db, runId: string, breakId: string): Promise<KeptGroup | null> {
  const row = await db('match_groups')
    .where({ run_id: runId })
    .andWhere((either) =>
      either.where('ours', 'like', `%"${breakId}"%`).orWhere('theirs', 'like', `%"${breakId}"%`),
    )
    .first();
  return row ? groupOf(row) : null;
}

const groupOf = (row: Record<string, string>): KeptGroup => ({
  rule: row.rule as MatchRule,
  scores: JSON.parse(row.scores ?? '{}'),
  ours: JSON.parse(row.ours ?? '[]'),
  theirs: JSON.parse(row.theirs ?? '[]'),
});

/** Forgets what runs of a batch had written when they broke off; nobody has seen it. */
export async function deleteLeftovers(tx: Tx, batch: BatchOf): Promise<void> {
  const published = tx('reconciliation_runs').where(whereBatch(batch)).select('run_id');
  const statements = tx('statements').where(whereBatch(batch)).select('statement_id');
  const left: { run_id: string }[] = await tx('match_sheets')
    .whereIn('statement_id', statements)
    .whereNull('is_active')
    .whereNotIn('run_id', published)
    .distinct('run_id');
  for (const { run_id } of left) {
    await tx('match_groups').where({ run_id }).del();
    await tx('match_sheets').where({ run_id }).del();
  }
}
