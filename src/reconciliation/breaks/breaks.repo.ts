import type { Knex } from 'knex';
import { type Db, type Tx, toInt, toIntOrNull } from '../../infra/db/index.ts';
import type { BreakClass } from '../matching/matching.types.ts';
import { AGE_BUCKETS, type AgeBucket, ageSpanMs } from './ageing.rules.ts';
import type { BreakRow, BreakState, StoredBreak, WaitsFor } from './break.types.ts';
import type { Severity } from './severity.rules.ts';

/** Which breaks; what is absent does not matter. */
export interface BreakFilter {
  states?: readonly BreakState[];
  classes?: readonly BreakClass[];
  severities?: readonly Severity[];
  waitsFor?: readonly WaitsFor[];
  sourceId?: string;
  /** A person's id; null: nobody's. */
  owner?: string | null;
  fromDate?: string;
  toDate?: string;
  age?: AgeBucket;
  isOverdue?: boolean;
}

/** Those that are due first come first, after the break `afterId`. */
export async function findBreaks(
  db: Db | Tx,
  filter: BreakFilter,
  page: { limit: number; afterId?: string },
  nowMs: number,
): Promise<StoredBreak[]> {
  const query = where(db('breaks'), filter, nowMs).orderBy(['due_at_ms', 'break_id']).limit(page.limit);
  if (page.afterId !== undefined) {
    const { afterId } = page;
    const last = await db('breaks').where('break_id', afterId).first('due_at_ms');
    if (!last) return [];
    query.andWhere((place) =>
      place
        .where('due_at_ms', '>', last.due_at_ms)
        .orWhere((same) => same.where('due_at_ms', last.due_at_ms).andWhere('break_id', '>', afterId)),
    );
  }
  return (await query).map(toBreak);
}

/** How many there are, and how much is at stake, of each class and severity. */
export interface BreakTotal {
  class: BreakClass;
  severity: Severity;
  age: AgeBucket;
  sourceId: string;
  currency: string;
  count: number;
  amountMinor: number;
  /** Where they have more than we, and where we have more. */
  theirsMoreMinor: number;
  oursMoreMinor: number;
  overdueCount: number;
}

export async function breakTotals(db: Db | Tx, filter: BreakFilter, nowMs: number): Promise<BreakTotal[]> {
  const ages = AGE_BUCKETS.map((age) => ({ age, ...ageSpanMs(age, nowMs) }));
  const age = `case ${ages.map(() => 'when opened_at_ms > ? then ?').join(' ')} end`;
  const bindings = ages.flatMap((one) => [one.openedAfterMs, one.age]);
  const grouped = where(db('breaks'), filter, nowMs).select(
    'class',
    'severity',
    'source_id',
    'currency',
    'amount_minor',
    'difference_minor',
    'due_at_ms',
    db.raw(`${age} as age`, bindings),
  );
  const rows: Record<string, unknown>[] = await db
    .from(grouped.as('b'))
    .groupBy('class', 'severity', 'age', 'source_id', 'currency')
    .orderBy(['class', 'severity', 'age', 'source_id', 'currency'])
    .select('class', 'severity', 'age', 'source_id', 'currency')
    .count({ count: '*' })
    .sum({ amount: 'amount_minor' })
    .select(
      db.raw('sum(case when difference_minor > 0 then difference_minor else 0 end) as theirs_more'),
      db.raw('sum(case when difference_minor < 0 then 0 - difference_minor else 0 end) as ours_more'),
      db.raw('sum(case when due_at_ms < ? then 1 else 0 end) as overdue', [nowMs]),
    );
  return rows.map((row) => ({
    class: row.class as BreakClass,
    severity: row.severity as Severity,
    age: row.age as AgeBucket,
    sourceId: String(row.source_id),
    currency: String(row.currency),
    count: toInt(row.count),
    amountMinor: toInt(row.amount),
    theirsMoreMinor: toInt(row.theirs_more),
    oursMoreMinor: toInt(row.ours_more),
    overdueCount: toInt(row.overdue),
  }));
}

function where(query: Knex.QueryBuilder, filter: BreakFilter, nowMs: number): Knex.QueryBuilder {
  if (filter.states) query.whereIn('state', [...filter.states]);
  if (filter.classes) query.whereIn('class', [...filter.classes]);
  if (filter.severities) query.whereIn('severity', [...filter.severities]);
  if (filter.waitsFor) query.whereIn('waits_for', [...filter.waitsFor]);
  if (filter.sourceId !== undefined) query.where('source_id', filter.sourceId);
  if (filter.owner === null) query.whereNull('owner');
  else if (filter.owner !== undefined) query.where('owner', filter.owner);
  if (filter.fromDate !== undefined) query.where('business_date', '>=', filter.fromDate);
  if (filter.toDate !== undefined) query.where('business_date', '<=', filter.toDate);
  if (filter.isOverdue) query.where('due_at_ms', '<', nowMs);
  if (filter.age !== undefined) {
    const { openedAfterMs, openedUntilMs } = ageSpanMs(filter.age, nowMs);
    query.where('opened_at_ms', '>', openedAfterMs).andWhere('opened_at_ms', '<=', openedUntilMs);
  }
  return query;
}

export async function findBreak(db: Db | Tx, breakId: string): Promise<StoredBreak | null> {
  const row = await db('breaks').where('break_id', breakId).first();
  return row ? toBreak(row) : null;
}

/** Those of the breaks that there are, locked until the transaction ends; always in one order. */
export async function lockBreaks(tx: Tx, breakIds: readonly string[]): Promise<StoredBreak[]> {
  if (breakIds.length === 0) return [];
  const rows = await tx('breaks')
    .whereIn('break_id', [...new Set(breakIds)].sort())
    .orderBy('break_id')
    .forUpdate();
  return rows.map(toBreak);
}

/** What of a break may change. */
export type BreakChange = Partial<
  Pick<StoredBreak, 'state' | 'how' | 'class' | 'severity' | 'owner' | 'waitsFor' | 'closedAtMs'> &
    Pick<StoredBreak, 'fingerprint' | 'amountMinor' | 'differenceMinor'>
>;

/** Makes the next version of a break that is locked. */
export async function updateBreak(
  tx: Tx,
  { breakId, version }: Pick<StoredBreak, 'breakId' | 'version'>,
  change: BreakChange,
): Promise<void> {
  const columns = {
    state: change.state,
    how: change.how,
    class: change.class,
    severity: change.severity,
    owner: change.owner,
    waits_for: change.waitsFor,
    closed_at_ms: change.closedAtMs,
    fingerprint: change.fingerprint,
    amount_minor: change.amountMinor,
    difference_minor: change.differenceMinor,
  };
  const given = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
  const count = await tx('breaks')
    .where({ break_id: breakId, version })
    .update({ ...given, version: version + 1 });
  if (count !== 1) throw new Error('a break that is locked has changed');
}

export async function insertBreak(tx: Tx, one: StoredBreak): Promise<void> {
  await tx('breaks').insert({
    break_id: one.breakId,
    source_id: one.sourceId,
    business_date: one.businessDate,
    run_id: one.runId,
    last_run_id: one.lastRunId,
    class: one.class,
    rule: one.rule,
    fingerprint: one.fingerprint,
    currency: one.currency,
    amount_minor: one.amountMinor,
    difference_minor: one.differenceMinor,
    scores: JSON.stringify(one.scores),
    state: one.state,
    how: one.how,
    version: one.version,
    severity: one.severity,
    owner: one.owner,
    waits_for: one.waitsFor,
    opened_at_ms: one.openedAtMs,
    due_at_ms: one.dueAtMs,
    closed_at_ms: one.closedAtMs,
  });
}

function toBreak(row: Record<string, unknown>): StoredBreak {
  return {
    breakId: String(row.break_id),
    sourceId: String(row.source_id),
    businessDate: String(row.business_date),
    runId: String(row.run_id),
    lastRunId: String(row.last_run_id),
    class: row.class as BreakClass,
    rule: String(row.rule),
    fingerprint: String(row.fingerprint),
    currency: String(row.currency),
    amountMinor: toInt(row.amount_minor),
    differenceMinor: toIntOrNull(row.difference_minor),
    scores: JSON.parse(String(row.scores)),
    state: row.state as BreakState,
    how: (row.how ?? null) as StoredBreak['how'],
    version: toInt(row.version),
    severity: row.severity as Severity,
    owner: row.owner as string | null,
    waitsFor: (row.waits_for ?? null) as WaitsFor | null,
    openedAtMs: toInt(row.opened_at_ms),
    dueAtMs: toInt(row.due_at_ms),
    closedAtMs: toIntOrNull(row.closed_at_ms),
  };
}

export function toBreakRow(row: Record<string, unknown>): BreakRow {
  return {
    breakId: String(row.break_id),
    statementId: String(row.statement_id),
    rowNo: toInt(row.row_no),
    side: row.side as BreakRow['side'],
    line: toInt(row.line),
    ref: row.ref as string | null,
    paymentId: row.payment_id as string | null,
    amountMinor: toIntOrNull(row.amount_minor),
    currency: row.currency as string | null,
    status: row.status as BreakRow['status'],
    bookedOn: row.booked_on as string | null,
    isActive: row.is_active !== null,
  };
}

/** Open breaks of a source, of dates up to one, in the order of their ids. */
export async function openBreaksPage(
  db: Db | Tx,
  page: { sourceId: string; untilDate: string; afterId: string; limit: number },
): Promise<StoredBreak[]> {
  const rows = await db('breaks')
    .where({ source_id: page.sourceId, state: 'open' })
    .andWhere('business_date', '<=', page.untilDate)
    .andWhere('break_id', '>', page.afterId)
    .orderBy('break_id')
    .limit(page.limit);
  return rows.map(toBreak);
}

/** Makes the next version of locked breaks, all of which wait for one thing from now on. */
export async function updateWaits(tx: Tx, breakIds: readonly string[], waitsFor: WaitsFor): Promise<void> {
  if (breakIds.length === 0) return;
  await tx('breaks')
    .whereIn('break_id', [...breakIds])
    .update({ waits_for: waitsFor, version: tx.raw('version + 1') });
}
