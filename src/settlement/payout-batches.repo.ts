import type { Vault } from '../infra/crypto/index.ts';
import { type Db, type Tx, toInt, toIntOrNull } from '../infra/db/index.ts';
import type { BusinessDate } from '../kernel/business-date.ts';
import type { PayoutBatch, PayoutFile, PayoutStatus } from './payouts.types.ts';

const SEALED = { batch: 'payout_batches.batch', file: 'payout_batches.file' } as const;

export const PAYOUT_FORMATS = ['pain001', 'bankCsv'] as const;
export type PayoutFormat = (typeof PAYOUT_FORMATS)[number];

/** `waiting`: for approvals, or to be sent once it has two. */
export const BATCH_STATES = ['waiting', 'sent', 'cancelled'] as const;

export interface PayoutApproval {
  sha256: string;
  approvedBy: string;
  approvedAtMs: number;
}

/** A file of payouts, without account numbers. */
export interface PayoutBatchRecord {
  batchId: string;
  messageId: string;
  bankId: string;
  format: PayoutFormat;
  currency: string;
  executeOn: BusinessDate;
  instructionCount: number;
  totalMinor: number;
  sha256: string;
  state: (typeof BATCH_STATES)[number];
  madeBy: string;
  madeAtMs: number;
  endedBy: string | null;
  endedAtMs: number | null;
  reason: string | null;
  /** Those that count: of these bytes, by others than who made them. */
  approvals: readonly PayoutApproval[];
  /** How many of its instructions stand where. */
  statuses: Readonly<Partial<Record<InstructionStatus, number>>>;
}

export type InstructionStatus = PayoutStatus | 'cancelled';

export interface InstructionRecord {
  instructionId: string;
  batchId: string;
  settlementId: string;
  agencyId: string;
  amountMinor: number;
  status: InstructionStatus;
  answer: string | null;
  contradiction: string | null;
  updatedAtMs: number;
}

type NewBatch = Omit<PayoutBatchRecord, 'approvals' | 'statuses' | 'endedBy' | 'endedAtMs' | 'reason'>;

/** Writes a batch with its instructions; the database refuses a settlement that is in another one. */
export async function insertPayoutBatch(
  tx: Tx,
  vault: Vault,
  record: NewBatch,
  made: { batch: PayoutBatch; file: PayoutFile; instructions: readonly InstructionRecord[] },
): Promise<void> {
  await tx('payout_batches').insert({
    batch_id: record.batchId,
    message_id: record.messageId,
    bank_id: record.bankId,
    format: record.format,
    currency: record.currency,
    execute_on: record.executeOn,
    instruction_count: record.instructionCount,
    total_minor: record.totalMinor,
    sha256: record.sha256,
    sealed_batch: vault.seal(JSON.stringify(made.batch), SEALED.batch),
    sealed_file: vault.seal(made.file.content.toString('utf8'), SEALED.file),
    state: record.state,
    made_by: record.madeBy,
    made_at_ms: record.madeAtMs,
  });
  await tx.batchInsert(
    'payout_instructions',
    made.instructions.map((instruction) => ({
      instruction_id: instruction.instructionId,
      batch_id: instruction.batchId,
      settlement_id: instruction.settlementId,
      active_settlement_id: instruction.settlementId,
      agency_id: instruction.agencyId,
      amount_minor: instruction.amountMinor,
      status: instruction.status,
      updated_at_ms: instruction.updatedAtMs,
    })),
    1_000,
  );
}

/** Locked until the transaction ends: of two who approve, send or answer at once, one comes second. */
export async function lockPayoutBatch(tx: Tx, batchId: string): Promise<PayoutBatchRecord | null> {
  const row = await tx('payout_batches').where({ batch_id: batchId }).forUpdate().first();
  if (!row) return null;
  const [record] = await withParts(tx, [row]);
  return record ?? null;
}

export async function findPayoutBatch(
  db: Db,
  key: { batchId: string } | { messageId: string },
): Promise<PayoutBatchRecord | null> {
  const where = 'batchId' in key ? { batch_id: key.batchId } : { message_id: key.messageId };
  const row = await db('payout_batches').where(where).first();
  const [record] = row ? await withParts(db, [row]) : [];
  return record ?? null;
}

/** Newest first, before `beforeId`. */
export async function listPayoutBatches(
  db: Db,
  filter: { beforeId?: string | undefined; limit: number },
): Promise<PayoutBatchRecord[]> {
  const query = db('payout_batches').orderBy('batch_id', 'desc').limit(filter.limit);
  if (filter.beforeId !== undefined) query.where('batch_id', '<', filter.beforeId);
  return withParts(db, await query);
}

/** What is in a batch, in clear: as it was made, and the bytes that were approved. */
export async function openPayoutBatch(
  db: Db | Tx,
  vault: Vault,
  batchId: string,
): Promise<{ batch: PayoutBatch; content: Buffer }> {
  const row = await db('payout_batches').where({ batch_id: batchId }).first('sealed_batch', 'sealed_file');
  if (!row) throw new Error('a payout batch that was just found is not there');
  return {
    batch: JSON.parse(vault.open(row.sealed_batch, SEALED.batch)) as PayoutBatch,
    content: Buffer.from(vault.open(row.sealed_file, SEALED.file), 'utf8'),
  };
}

/** The database refuses the maker, and the same person twice. */
export async function insertPayoutApproval(
  tx: Tx,
  { batchId, madeBy, approvals }: PayoutBatchRecord,
  approval: PayoutApproval,
): Promise<void> {
  await tx('payout_approvals').insert({
    batch_id: batchId,
    approval_no: approvals.length + 1,
    sha256: approval.sha256,
    made_by: madeBy,
    approved_by: approval.approvedBy,
    approved_at_ms: approval.approvedAtMs,
  });
}

/** Ends the waiting of a batch; the caller holds its lock. */
export async function endPayoutBatch(
  tx: Tx,
  batchId: string,
  end: { state: 'sent' | 'cancelled'; endedBy: string; endedAtMs: number; reason: string | null },
): Promise<void> {
  await tx('payout_batches').where({ batch_id: batchId, state: 'waiting' }).update({
    state: end.state,
    ended_by: end.endedBy,
    ended_at_ms: end.endedAtMs,
    reason: end.reason,
  });
  if (end.state === 'sent') return;
  await tx('payout_instructions')
    .where({ batch_id: batchId })
    .update({ status: 'cancelled', active_settlement_id: null, updated_at_ms: end.endedAtMs });
}

/** In the order of their ids. */
export async function instructionsOf(db: Db | Tx, batchId: string): Promise<InstructionRecord[]> {
  const rows = await db('payout_instructions').where({ batch_id: batchId }).orderBy('instruction_id');
  return rows.map((row) => ({
    instructionId: String(row.instruction_id),
    batchId: String(row.batch_id),
    settlementId: String(row.settlement_id),
    agencyId: String(row.agency_id),
    amountMinor: toInt(row.amount_minor),
    status: row.status as InstructionStatus,
    answer: row.answer as string | null,
    contradiction: row.contradiction as string | null,
    updatedAtMs: toInt(row.updated_at_ms),
  }));
}

export async function changeInstruction(
  tx: Tx,
  { instructionId, status, answer, contradiction, updatedAtMs }: InstructionRecord,
): Promise<void> {
  await tx('payout_instructions')
    .where({ instruction_id: instructionId })
    .update({ status, answer, contradiction, updated_at_ms: updatedAtMs });
}

type Row = Record<string, unknown>;

async function withParts(db: Db | Tx, rows: readonly Row[]): Promise<PayoutBatchRecord[]> {
  const ids = rows.map((row) => String(row.batch_id));
  // An approval of other bytes, or one that names another maker to get past the database, counts for nothing.
  const approvals: Row[] = await db('payout_approvals as a')
    .join('payout_batches as b', (on) =>
      on.on('b.batch_id', 'a.batch_id').andOn('b.sha256', 'a.sha256').andOn('b.made_by', 'a.made_by'),
    )
    .whereIn('a.batch_id', ids)
    .orderBy('a.approval_no')
    .select('a.*');
  const counts: Row[] = await db('payout_instructions')
    .whereIn('batch_id', ids)
    .groupBy('batch_id', 'status')
    .select('batch_id', 'status')
    .count({ count: '*' });
  return rows.map((row) => ({
    ...recordOf(row),
    approvals: approvals
      .filter((one) => one.batch_id === row.batch_id)
      .map((one) => ({
        sha256: String(one.sha256),
        approvedBy: String(one.approved_by),
        approvedAtMs: toInt(one.approved_at_ms),
      })),
    statuses: Object.fromEntries(
      counts
        .filter((one) => one.batch_id === row.batch_id)
        .map((one) => [String(one.status), toInt(one.count)]),
    ),
  }));
}

function recordOf(row: Row): Omit<PayoutBatchRecord, 'approvals' | 'statuses'> {
  return {
    batchId: String(row.batch_id),
    messageId: String(row.message_id),
    bankId: String(row.bank_id),
    format: row.format as PayoutFormat,
    currency: String(row.currency),
    executeOn: String(row.execute_on),
    instructionCount: toInt(row.instruction_count),
    totalMinor: toInt(row.total_minor),
    sha256: String(row.sha256),
    state: row.state as PayoutBatchRecord['state'],
    madeBy: String(row.made_by),
    madeAtMs: toInt(row.made_at_ms),
    endedBy: row.ended_by as string | null,
    endedAtMs: toIntOrNull(row.ended_at_ms),
    reason: row.reason as string | null,
  };
}
