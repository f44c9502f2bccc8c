import type { Vault } from '../infra/crypto/index.ts';
import { type Db, type Tx, toInt, toIntOrNull } from '../infra/db/index.ts';
import type { Dispute, DisputeAnswer, DisputeReason, DisputeStatus } from './dispute.types.ts';

const SEALED_NOTE = 'disputes.sealed_note';
const SEALED_ANSWER = 'disputes.sealed_answer';

/** Opens a dispute; a second open one of a payment violates a unique index. */
export async function insertDispute(tx: Tx, vault: Vault, dispute: Dispute): Promise<void> {
  await tx('disputes').insert({
    dispute_id: dispute.disputeId,
    payment_id: dispute.paymentId,
    open_payment_id: dispute.paymentId,
    resident_id: dispute.residentId,
    agency_id: dispute.agencyId,
    reason: dispute.reason,
    sealed_note: dispute.note && vault.seal(dispute.note, SEALED_NOTE),
    status: dispute.status,
    opened_at_ms: dispute.openedAtMs,
    due_at_ms: dispute.dueAtMs,
    answered_at_ms: null,
    sealed_answer: null,
    answered_by: null,
  });
}

/** Those of the disputes that are open, locked until the transaction ends. */
export async function lockOpenDisputes(tx: Tx, disputeIds: readonly string[]): Promise<Set<string>> {
  if (disputeIds.length === 0) return new Set();
  const rows = await tx('disputes')
    .select('dispute_id')
    .whereIn('dispute_id', [...disputeIds].sort())
    .andWhere('status', 'open')
    .orderBy('dispute_id')
    .forUpdate();
  return new Set(rows.map((row) => row.dispute_id));
}

/** Writes an answer; false when there is one already. */
export async function answerDispute(tx: Tx, vault: Vault, answer: DisputeAnswer): Promise<boolean> {
  const count = await tx('disputes')
    .where({ dispute_id: answer.disputeId, status: 'open' })
    .update({
      status: answer.status,
      open_payment_id: null,
      sealed_answer: vault.seal(answer.answer, SEALED_ANSWER),
      answered_by: answer.answeredBy,
      answered_at_ms: answer.answeredAtMs,
    });
  return count === 1;
}

export async function findDispute(db: Db, vault: Vault, disputeId: string): Promise<Dispute | null> {
  const row = await db('disputes').where('dispute_id', disputeId).first();
  return row ? toDispute(row, vault) : null;
}

/** A payment's disputes, newest first. */
export async function disputesOfPayment(db: Db, vault: Vault, paymentId: string): Promise<Dispute[]> {
  const rows = await db('disputes').where('payment_id', paymentId).orderBy('dispute_id', 'desc');
  return rows.map((row) => toDispute(row, vault));
}

/** An agency's disputes of one status, in the order they were opened, after a given one. */
export async function disputesOfAgency(
  db: Db,
  vault: Vault,
  filter: { agencyId: string; status: DisputeStatus; limit: number; afterId: string | null },
): Promise<Dispute[]> {
  const query = db('disputes')
    .where({ agency_id: filter.agencyId, status: filter.status })
    .orderBy('dispute_id')
    .limit(filter.limit);
  if (filter.afterId) query.andWhere('dispute_id', '>', filter.afterId);
  return (await query).map((row) => toDispute(row, vault));
}

interface DisputeRow {
  dispute_id: string;
  payment_id: string;
  resident_id: string;
  agency_id: string;
  reason: string;
  sealed_note: string | null;
  status: string;
  opened_at_ms: string;
  due_at_ms: string;
  answered_at_ms: string | null;
  sealed_answer: string | null;
  answered_by: string | null;
}

function toDispute(row: DisputeRow, vault: Vault): Dispute {
  return {
    disputeId: row.dispute_id,
    paymentId: row.payment_id,
    residentId: row.resident_id,
    agencyId: row.agency_id,
    reason: row.reason as DisputeReason,
    note: row.sealed_note && vault.open(row.sealed_note, SEALED_NOTE),
    status: row.status as DisputeStatus,
    openedAtMs: toInt(row.opened_at_ms),
    dueAtMs: toInt(row.due_at_ms),
    answeredAtMs: toIntOrNull(row.answered_at_ms),
    answer: row.sealed_answer && vault.open(row.sealed_answer, SEALED_ANSWER),
    answeredBy: row.answered_by,
  };
}
