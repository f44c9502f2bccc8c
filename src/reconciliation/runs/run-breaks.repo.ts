import { bulkInsert, bulkUpdate, type Db, type Tx, toInt, toIntOrNull } from '../../infra/db/index.ts';
import { addDays } from '../../kernel/business-date.ts';
import type { StatementSide } from '../intake/intake.types.ts';
import type { KnownBreak } from './publish.rules.ts';
import { whereBatch } from './runs.repo.ts';
import type { CarriedRow, FormerBreak, FoundBreak, HeldRow } from './work.types.ts';

interface BatchOf {
  sourceId: string;
  businessDate: string;
}

const ROWS_PER_STATEMENT = 500;

/** All breaks that a batch has ever had; locked until the transaction ends. */
export async function lockBreaks(tx: Tx, batch: BatchOf): Promise<KnownBreak[]> {
  const rows = await tx('breaks').where(whereBatch(batch)).forUpdate();
  return rows.map(knownOf);
}

/** Breaks by id, locked until the transaction ends. */
export async function lockBreaksById(tx: Tx, breakIds: readonly string[]): Promise<KnownBreak[]> {
  const known: KnownBreak[] = [];
  for (const some of slices(breakIds)) {
    const rows = await tx('breaks').whereIn('break_id', some).orderBy('break_id').forUpdate();
    known.push(...rows.map(knownOf));
  }
  return known;
}

/** Breaks of earlier dates that a run has closed. */
export async function breaksClosedBy(db: Db | Tx, run: BatchOf & { runId: string }): Promise<string[]> {
  return db('breaks')
    .where({ source_id: run.sourceId, closed_by_run_id: run.runId })
    .andWhere('business_date', '>=', earliestCarried(run.businessDate))
    .andWhere('business_date', '<', run.businessDate)
    .pluck('break_id');
}

/** No break of a date before this one is carried, whatever the rules: ten clearing days and the longest holidays. */
export const earliestCarried = (businessDate: string): string => addDays(businessDate, -40);

const knownOf = (row: Record<string, string | null>): KnownBreak => ({
  breakId: row.break_id ?? '',
  fingerprint: row.fingerprint ?? '',
  state: row.state as KnownBreak['state'],
  closedByRunId: row.closed_by_run_id ?? null,
  lastRunId: row.last_run_id ?? '',
  version: toInt(row.version),
  class: row.class as KnownBreak['class'],
  amountMinor: toInt(row.amount_minor),
  differenceMinor: toIntOrNull(row.difference_minor),
  ref: null,
});

/** The breaks that a run has found last, with the rows that they claim. */
export async function formerBreaks(db: Db, batch: BatchOf, runId: string): Promise<FormerBreak[]> {
  const rows = await db({ b: 'breaks' })
    .leftJoin({ r: 'break_rows' }, (join) => {
      join.on('r.break_id', 'b.break_id').andOnVal('r.is_active', 1);
    })
    .where({ 'b.source_id': batch.sourceId, 'b.business_date': batch.businessDate, 'b.last_run_id': runId })
    .orderBy(['b.break_id', 'r.statement_id', 'r.row_no'])
    .select('b.break_id', 'b.fingerprint', 'r.statement_id', 'r.row_no', 'r.side', 'r.ref');
  type Gathered = Omit<FormerBreak, 'rows'> & { rows: FormerBreak['rows'][number][] };
  const byId = new Map<string, Gathered>();
  for (const row of rows) {
    const { break_id: breakId, fingerprint } = row;
    const found: Gathered = byId.get(breakId) ?? { breakId, fingerprint, rows: [] };
    byId.set(breakId, found);
    if (row.statement_id !== null)
      found.rows.push({
        statementId: row.statement_id,
        rowNo: toInt(row.row_no),
        side: row.side,
        ref: row.ref,
      });
  }
  return [...byId.values()];
}

/** Breaks with those of their rows that a break claims now, be it another one. */
const withClaims = (db: Db) =>
  db({ b: 'breaks' })
    .join({ r: 'break_rows' }, 'r.break_id', 'b.break_id')
    .join({ claim: 'break_rows' }, (join) => {
      join
        .on('claim.statement_id', 'r.statement_id')
        .andOn('claim.row_no', 'r.row_no')
        .andOnVal('claim.is_active', 1);
    });

/** Breaks of a batch that runs of later dates have closed: their rows are taken there. */
export async function heldRows(db: Db, batch: BatchOf): Promise<HeldRow[]> {
  const rows = await withClaims(db)
    .join({ n: 'reconciliation_runs' }, 'n.run_id', 'b.closed_by_run_id')
    .where({ 'b.source_id': batch.sourceId, 'b.business_date': batch.businessDate })
    .whereNot('n.business_date', batch.businessDate)
    .orderBy('b.break_id')
    .select('b.break_id', 'b.fingerprint', 'r.side', 'r.ref', 'r.statement_id', 'r.row_no', {
      held_by: 'n.business_date',
    });
  return rows.map((row) => ({
    ...placeOf(row),
    fingerprint: row.fingerprint,
    ref: row.ref,
    heldBy: row.held_by,
  }));
}

/**
 * Rows of open date-cut breaks of earlier dates, and of those that the batch's present run has closed: each alone in its break, and in a
 * statement that still holds.
 */
export async function carriedRows(
  db: Db,
  batch: BatchOf,
  from: { firstDate: string; presentRunId: string | null },
): Promise<CarriedRow[]> {
  const rows = await withClaims(db)
    .join({ d: 'reconciliation_batches' }, (join) => {
      join.on('d.source_id', 'b.source_id').andOn('d.business_date', 'b.business_date');
    })
    .where({ 'b.source_id': batch.sourceId, 'b.class': 'dateCut' })
    .andWhere('b.business_date', '>=', from.firstDate)
    .andWhere('b.business_date', '<', batch.businessDate)
    .andWhere((either) => {
      either.whereIn('b.state', ['open', 'proposed']);
      if (from.presentRunId) either.orWhere('b.closed_by_run_id', from.presentRunId);
    })
    .orderBy(['b.break_id', 'r.statement_id', 'r.row_no'])
    .select('b.break_id', 'r.side', 'r.statement_id', 'r.row_no', 'd.ours_id', 'd.theirs_id');
  const counts = new Map<string, number>();
  for (const { break_id } of rows) counts.set(break_id, (counts.get(break_id) ?? 0) + 1);
  return rows
    .filter((row) => {
      const holding = row.side === 'ours' ? row.ours_id : row.theirs_id;
      return counts.get(row.break_id) === 1 && (holding === null || holding === row.statement_id);
    })
    .map(placeOf);
}

const placeOf = (row: Record<string, string>): CarriedRow => ({
  breakId: row.break_id ?? '',
  side: row.side as StatementSide,
  statementId: row.statement_id ?? '',
  rowNo: toInt(row.row_no),
});

/** A break that a run opens. */
export interface NewBreak {
  breakId: string;
  found: FoundBreak;
  severity: string;
  dueAtMs: number;
}

export async function insertBreaks(
  tx: Tx,
  batch: BatchOf & { runId: string; nowMs: number },
  breaks: readonly NewBreak[],
): Promise<void> {
  await bulkInsert(tx, 'breaks', breaks, ({ breakId, found, severity, dueAtMs }) => ({
    break_id: breakId,
    ...whereBatch(batch),
    run_id: batch.runId,
    last_run_id: batch.runId,
    class: found.class,
    rule: found.rule,
    fingerprint: found.fingerprint,
    currency: found.currency,
    amount_minor: found.amountMinor,
    difference_minor: found.differenceMinor,
    scores: JSON.stringify(found.scores),
    state: 'open',
    version: 1,
    severity,
    opened_at_ms: batch.nowMs,
    due_at_ms: dueAtMs,
  }));
}

/** Says of breaks that a run found them too. */
export async function markFound(tx: Tx, runId: string, breakIds: readonly string[]): Promise<void> {
  for (const some of slices(breakIds))
    await tx('breaks').whereIn('break_id', some).update({ last_run_id: runId });
}

/** Breaks that are called otherwise now, or hold another amount. */
export async function updateFound(
  tx: Tx,
  changed: readonly { breakId: string; version: number; found: FoundBreak }[],
): Promise<void> {
  const columns = {
    version: 'bigint',
    class: 'text',
    rule: 'text',
    amount_minor: 'bigint',
    difference_minor: 'bigint',
    scores: 'text',
  } as const;
  for (const some of slices(changed)) {
    const rows = some.map(({ breakId, version, found }) => ({
      break_id: breakId,
      version,
      class: found.class,
      rule: found.rule,
      amount_minor: found.amountMinor,
      difference_minor: found.differenceMinor,
      scores: JSON.stringify(found.scores),
    }));
    await bulkUpdate(tx, 'breaks', 'break_id', columns, rows);
  }
}

/** Closes breaks by a run, or opens them again: `how` null. */
export async function setEnds(
  tx: Tx,
  runId: string,
  nowMs: number,
  ends: readonly { breakId: string; version: number; how: 'matched' | 'superseded' | null }[],
): Promise<void> {
  const columns = {
    version: 'bigint',
    state: 'text',
    how: 'text',
    closed_by_run_id: 'text',
    closed_at_ms: 'bigint',
  } as const;
  for (const some of slices(ends)) {
    const rows = some.map(({ breakId, version, how }) => ({
      break_id: breakId,
      version,
      state: how === null ? 'open' : 'closed',
      how,
      closed_by_run_id: how === null ? null : runId,
      closed_at_ms: how === null ? null : nowMs,
    }));
    await bulkUpdate(tx, 'breaks', 'break_id', columns, rows);
  }
}

export function* slices<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += ROWS_PER_STATEMENT)
    yield all.slice(from, from + ROWS_PER_STATEMENT);
}
