import { type Db, type Tx, toInt, toIntOrNull } from '../../infra/db/index.ts';
import type { ApprovalKind } from './onboarding.types.ts';

export interface RequestRow {
  requestId: string;
  kind: ApprovalKind;
  subjectId: string;
  payloadSealed: string;
  submittedBy: string;
  submittedAtMs: number;
}

export interface DecisionRow {
  decision: 'approved' | 'returned' | 'withdrawn';
  decidedBy: string;
  reason: string | null;
  decidedAtMs: number;
  takesEffectAtMs: number | null;
}

/** A request with what became of it, oldest decision first. */
export type DecidedRequest = RequestRow & { decisions: readonly DecisionRow[] };

export async function insertRequest(tx: Tx, row: RequestRow): Promise<void> {
  await tx('approval_requests').insert({
    request_id: row.requestId,
    kind: row.kind,
    subject_id: row.subjectId,
    payload_sealed: row.payloadSealed,
    submitted_by: row.submittedBy,
    submitted_at_ms: row.submittedAtMs,
  });
}

/** The database refuses an approval by whoever submitted. */
export async function insertDecision(tx: Tx, request: RequestRow, row: DecisionRow): Promise<void> {
  await tx('approval_decisions').insert({
    request_id: request.requestId,
    decision: row.decision,
    submitted_by: request.submittedBy,
    decided_by: row.decidedBy,
    reason: row.reason,
    decided_at_ms: row.decidedAtMs,
    takes_effect_at_ms: row.takesEffectAtMs,
  });
}

/** Locked until the transaction ends, so that of two decisions at once one comes second. */
export async function lockRequest(tx: Tx, requestId: string): Promise<DecidedRequest | null> {
  const row = await tx('approval_requests').where({ request_id: requestId }).forUpdate().first();
  if (!row) return null;
  const [decided] = await withDecisions(tx, [row]);
  return decided ?? null;
}

/** Newest first, before `beforeId`. */
export async function findRequests(
  db: Db | Tx,
  filter: { isOpen?: boolean; subjectId?: string; kind?: ApprovalKind; beforeId?: string; limit: number },
): Promise<DecidedRequest[]> {
  const query = db('approval_requests as r')
    .orderBy('r.request_id', 'desc')
    .limit(filter.limit)
    .select('r.*');
  if (filter.subjectId !== undefined) query.where('r.subject_id', filter.subjectId);
  if (filter.kind !== undefined) query.where('r.kind', filter.kind);
  if (filter.beforeId !== undefined) query.where('r.request_id', '<', filter.beforeId);
  if (filter.isOpen) {
    query.leftJoin('approval_decisions as d', 'd.request_id', 'r.request_id').whereNull('d.request_id');
  }
  return withDecisions(db, await query);
}

type Row = Record<string, unknown>;

/**
 * A decision counts only where it names who submitted the request, as the request has it: the database compares those two
 * names, so one that was made up to get past it counts for nothing.
 */
async function withDecisions(db: Db | Tx, rows: readonly Row[]): Promise<DecidedRequest[]> {
  const ids = rows.map((row) => String(row.request_id));
  const decisions: Row[] = await db('approval_decisions as d')
    .join('approval_requests as r', (on) =>
      on.on('r.request_id', 'd.request_id').andOn('r.submitted_by', 'd.submitted_by'),
    )
    .whereIn('d.request_id', ids)
    .orderBy('d.decided_at_ms')
    .select('d.*');
  return rows.map((row) => ({
    requestId: String(row.request_id),
    kind: row.kind as ApprovalKind,
    subjectId: String(row.subject_id),
    payloadSealed: String(row.payload_sealed),
    submittedBy: String(row.submitted_by),
    submittedAtMs: toInt(row.submitted_at_ms),
    decisions: decisions.filter((one) => one.request_id === row.request_id).map(decisionOf),
  }));
}

function decisionOf(row: Row): DecisionRow {
  return {
    decision: row.decision as DecisionRow['decision'],
    decidedBy: String(row.decided_by),
    reason: row.reason as string | null,
    decidedAtMs: toInt(row.decided_at_ms),
    takesEffectAtMs: toIntOrNull(row.takes_effect_at_ms),
  };
}
