import { type Db, toInt } from '../../infra/db/index.ts';
import { addDays, type BusinessDate } from '../../kernel/business-date.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { BatchPhase, BatchState } from './batches.types.ts';

/** How far the batches of one business date are, of everybody whose word counts for an agency. */
export interface DateOfAgency {
  businessDate: BusinessDate;
  /** Sources whose batch is not matched and reported. */
  waitsFor: readonly string[];
  changedAtMs: number;
}

/**
 * Every date of a span, planned or not, and every planned one before it, with the batches of the agency's own connections and of all
 * channels: a payment may come by any of them. In order. Throws DomainError `agency_sends_no_statement` where no connection of the
 * agency's own brings a file: nothing of it is ever reconciled then.
 */
export async function datesOfAgency(
  db: Db,
  of: { sourceIds: readonly string[]; from: BusinessDate; to: BusinessDate },
): Promise<DateOfAgency[]> {
  const sources = await db('statement_sources')
    .where('role', 'channel')
    .orWhereIn('source_id', [...of.sourceIds])
    .orderBy('source_id')
    .select('source_id', 'began_on');
  if (!sources.some((source) => of.sourceIds.includes(source.source_id)))
    throw new DomainError('conflict', 'agency_sends_no_statement');
  const rows = await db('reconciliation_batches')
    .whereIn(
      'source_id',
      sources.map((source) => source.source_id),
    )
    .where('business_date', '<=', of.to)
    .select('source_id', 'business_date', 'phase', 'state', 'updated_at_ms');
  const batches = new Map(rows.map((row) => [`${row.business_date} ${row.source_id}`, row]));
  const asked = new Set(rows.map((row) => String(row.business_date)));
  for (let date = of.from; date <= of.to; date = addDays(date, 1)) asked.add(date);
  return [...asked].sort().map((businessDate) => {
    const ofDate = sources
      .filter((source) => String(source.began_on) <= businessDate)
      .map((source) => ({
        sourceId: String(source.source_id),
        batch: batches.get(`${businessDate} ${source.source_id}`),
      }));
    return {
      businessDate,
      waitsFor: ofDate.filter(({ batch }) => !batch || !isOver(batch)).map(({ sourceId }) => sourceId),
      changedAtMs: Math.max(0, ...ofDate.map(({ batch }) => (batch ? toInt(batch.updated_at_ms) : 0))),
    };
  });
}

/** Settling is the last phase: a batch that has come to it is matched and reported. */
function isOver({ phase, state }: { phase: BatchPhase; state: BatchState }): boolean {
  return phase === 'settle' || state === 'done' || state === 'cancelled';
}
