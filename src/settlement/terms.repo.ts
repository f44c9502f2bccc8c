import { type Db, type Tx, toInt, toIntOrNull } from '../infra/db/index.ts';
import type { BusinessDate } from '../kernel/business-date.ts';
import type { TermsVersion } from './terms.rules.ts';
import type { AgreedTerms } from './terms.schema.ts';

export const TERMS_STATES = ['proposed', 'approved', 'rejected', 'withdrawn'] as const;
export type TermsState = (typeof TERMS_STATES)[number];

/** Terms that somebody asked for, and what became of them. */
export interface TermsRecord extends TermsVersion {
  state: TermsState;
  proposedBy: string;
  proposedAtMs: number;
  decidedBy: string | null;
  decidedAtMs: number | null;
  reason: string | null;
}

export async function insertTerms(tx: Tx, record: TermsRecord): Promise<void> {
  await tx('settlement_terms').insert({
    terms_id: record.termsId,
    agency_id: record.agencyId,
    effective_from: record.effectiveFrom,
    terms: JSON.stringify(record.terms),
    state: record.state,
    proposed_by: record.proposedBy,
    proposed_at_ms: record.proposedAtMs,
    decided_by: record.decidedBy,
    decided_at_ms: record.decidedAtMs,
    reason: record.reason,
  });
}

/** Locked until the transaction ends. */
export async function lockTerms(tx: Tx, termsId: string): Promise<TermsRecord | null> {
  const row = await tx('settlement_terms').where({ terms_id: termsId }).forUpdate().first();
  return row ? recordOf(row) : null;
}

/** The database refuses a decision by whoever proposed them. */
export async function decideTerms(
  tx: Tx,
  termsId: string,
  decision: Pick<TermsRecord, 'state' | 'decidedBy' | 'decidedAtMs' | 'reason'>,
): Promise<void> {
  await tx('settlement_terms').where({ terms_id: termsId, state: 'proposed' }).update({
    state: decision.state,
    decided_by: decision.decidedBy,
    decided_at_ms: decision.decidedAtMs,
    reason: decision.reason,
  });
}

/** Newest first; of one agency, or of all. */
export async function listTerms(
  db: Db | Tx,
  filter: { agencyId?: string | undefined; state?: TermsState | undefined },
): Promise<TermsRecord[]> {
  const query = db('settlement_terms').orderBy('terms_id', 'desc').limit(1_000);
  if (filter.agencyId !== undefined) query.where('agency_id', filter.agencyId);
  if (filter.state !== undefined) query.where('state', filter.state);
  return (await query).map(recordOf);
}

/** Agencies that may be settled. */
export async function agenciesWithTerms(db: Db): Promise<string[]> {
  const rows = await db('settlement_terms')
    .where('state', 'approved')
    .distinct('agency_id')
    .orderBy('agency_id');
  return rows.map((row) => String(row.agency_id));
}

/** Locks an agency's position, which is made where there is none, and gives the last date that is settled. */
export async function lockPosition(tx: Tx, agencyId: string, nowMs: number): Promise<PositionRow> {
  await tx('settlement_positions')
    .insert({
      agency_id: agencyId,
      settled_to: '',
      carried_minor: 0,
      reserves: '[]',
      version: 0,
      updated_at_ms: nowMs,
    })
    .onConflict('agency_id')
    .ignore();
  const row = await tx('settlement_positions').where({ agency_id: agencyId }).forUpdate().first();
  return positionOf(row);
}

export interface PositionRow {
  settledTo: BusinessDate | null;
  lastSettlementId: string | null;
  carriedMinor: number;
  reserves: readonly { heldOn: BusinessDate; releaseOn: BusinessDate; amountMinor: number }[];
  version: number;
}

export function positionOf(row: Record<string, unknown>): PositionRow {
  return {
    settledTo: row.settled_to === '' ? null : String(row.settled_to),
    lastSettlementId: row.last_settlement_id as string | null,
    carriedMinor: toInt(row.carried_minor),
    reserves: JSON.parse(String(row.reserves)) as PositionRow['reserves'],
    version: toInt(row.version),
  };
}

function recordOf(row: Record<string, unknown>): TermsRecord {
  return {
    termsId: String(row.terms_id),
    agencyId: String(row.agency_id),
    effectiveFrom: String(row.effective_from),
    terms: JSON.parse(String(row.terms)) as AgreedTerms,
    state: row.state as TermsState,
    proposedBy: String(row.proposed_by),
    proposedAtMs: toInt(row.proposed_at_ms),
    decidedBy: row.decided_by as string | null,
    decidedAtMs: toIntOrNull(row.decided_at_ms),
    reason: row.reason as string | null,
  };
}
