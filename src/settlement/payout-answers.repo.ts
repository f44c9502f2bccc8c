import type { Vault } from '../infra/crypto/index.ts';
import { type Db, type Tx, toInt } from '../infra/db/index.ts';
import type { BusinessDate } from '../kernel/business-date.ts';
import type { PayoutStatus } from './payouts.types.ts';
import type { SettlementItem } from './settlement.types.ts';

const SEALED_FILE = 'payout_answers.file';

/** What an answer did to one instruction. */
export interface AnswerChange {
  instructionId: string;
  before: PayoutStatus;
  /** `contradiction`: it stays as it was, and a person asks the bank. */
  after: PayoutStatus | 'contradiction';
  /** The bank's own code. */
  code: string | null;
}

/** A bank's answer as it was taken in. */
export interface AnswerRecord {
  acknowledgementId: string;
  sha256: string;
  receivedBy: string;
  receivedAtMs: number;
  changes: readonly AnswerChange[];
}

export async function insertAnswer(
  tx: Tx,
  vault: Vault,
  batchId: string,
  { content, ...record }: AnswerRecord & { content: Buffer },
): Promise<void> {
  await tx('payout_answers').insert({
    batch_id: batchId,
    sha256: record.sha256,
    acknowledgement_id: record.acknowledgementId,
    sealed_file: vault.seal(content.toString('base64'), SEALED_FILE),
    changes: JSON.stringify(record.changes),
    received_by: record.receivedBy,
    received_at_ms: record.receivedAtMs,
  });
}

/** Oldest first. */
export async function answersOf(db: Db | Tx, batchId: string): Promise<AnswerRecord[]> {
  const rows = await db('payout_answers')
    .where({ batch_id: batchId })
    .orderBy(['received_at_ms', 'sha256'])
    .select('acknowledgement_id', 'sha256', 'received_by', 'received_at_ms', 'changes');
  return rows.map((row) => ({
    acknowledgementId: String(row.acknowledgement_id),
    sha256: String(row.sha256),
    receivedBy: String(row.received_by),
    receivedAtMs: toInt(row.received_at_ms),
    changes: JSON.parse(row.changes) as AnswerChange[],
  }));
}

/** Money that is with us again: an item of the agency's next window. */
export async function insertReturnedPayout(
  tx: Tx,
  payout: {
    agencyId: string;
    instructionId: string;
    businessDate: BusinessDate;
    amountMinor: number;
    note: string;
    createdAtMs: number;
  },
): Promise<void> {
  await tx('returned_payouts').insert({
    agency_id: payout.agencyId,
    instruction_id: payout.instructionId,
    business_date: payout.businessDate,
    amount_minor: payout.amountMinor,
    note: payout.note,
    created_at_ms: payout.createdAtMs,
  });
}

/** Payouts of an agency that came back, and are not settled again. */
export async function openReturns(db: Db, agencyId: string): Promise<SettlementItem[]> {
  const rows = await db('returned_payouts as r')
    .leftJoin('settlement_items as i', (on) =>
      on.on('i.agency_id', 'r.agency_id').andOn('i.item_id', 'r.instruction_id'),
    )
    .where('r.agency_id', agencyId)
    .whereNull('i.item_id')
    .select('r.*');
  return rows.map((row) => ({
    itemId: String(row.instruction_id),
    kind: 'payoutReturned',
    paymentId: null,
    businessDate: String(row.business_date),
    amountMinor: toInt(row.amount_minor),
    feeMinor: 0,
    state: 'reconciled',
    note: String(row.note),
  }));
}
