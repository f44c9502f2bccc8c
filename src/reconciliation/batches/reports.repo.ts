import { type Db, type Tx, toInt } from '../../infra/db/index.ts';
import type { BatchKey } from './batches.types.ts';
import type { BreakSum, StoredReport } from './reports.types.ts';

/** Stands for all sources of a date. */
export const ALL_SOURCES = '';

/** The newest revision of a report; null where there is none. `sourceId` may be `ALL_SOURCES`. */
export async function findReport<Content>(
  db: Db | Tx,
  { sourceId, businessDate }: BatchKey,
): Promise<StoredReport<Content> | null> {
  const row = await db('reconciliation_reports')
    .where({ business_date: businessDate, source_id: sourceId })
    .orderBy('revision', 'desc')
    .first();
  return row
    ? {
        revision: toInt(row.revision),
        digest: row.digest,
        content: JSON.parse(row.content) as Content,
        createdAtMs: toInt(row.created_at_ms),
      }
    : null;
}

/** Writes the next revision of a report, unless the newest says the same. Callers must hold what keeps others from writing it. */
export async function insertReport(
  tx: Tx,
  key: BatchKey,
  report: { content: unknown; digest: string; createdAtMs: number },
): Promise<void> {
  const last = await findReport(tx, key);
  if (last?.digest === report.digest) return;
  await tx('reconciliation_reports').insert({
    business_date: key.businessDate,
    source_id: key.sourceId,
    revision: (last?.revision ?? 0) + 1,
    digest: report.digest,
    content: JSON.stringify(report.content),
    created_at_ms: report.createdAtMs,
  });
}

/** Breaks of a batch, by class, state and currency. */
export async function sumBreaks(db: Db | Tx, { sourceId, businessDate }: BatchKey): Promise<BreakSum[]> {
  const rows: Record<string, unknown>[] = await db('breaks')
    .where({ source_id: sourceId, business_date: businessDate })
    .select('class', 'state', 'currency')
    .count({ count: '*' })
    .sum({ amount: 'amount_minor', difference: 'difference_minor' })
    .groupBy('class', 'state', 'currency')
    .orderBy(['class', 'state', 'currency']);
  return rows.map((row) => ({
    class: row.class as BreakSum['class'],
    state: String(row.state),
    currency: String(row.currency),
    count: toInt(row.count),
    amountMinor: toInt(row.amount ?? 0),
    differenceMinor: toInt(row.difference ?? 0),
  }));
}
