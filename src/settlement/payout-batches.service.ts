import { createHash } from 'node:crypto';
import { type DoneBy, recordAudit } from '../accounts/index.ts';
import { isUniqueViolation, type Tx, transact } from '../infra/db/index.ts';
import { businessDateOf } from '../kernel/business-date.ts';
import { DomainError } from '../kernel/errors.ts';
import { isId, newId, randomShardHint } from '../kernel/ids.ts';
import { money } from '../kernel/money.ts';
import { payoutSentJournal, postJournals } from '../ledger/index.ts';
import { bankCsvFile } from './bank-csv.ts';
import { bankIdOf, duePayouts, type NotPayable, ownIdOf } from './due-payouts.ts';
import { pain001File } from './pain001.ts';
import {
  endPayoutBatch,
  findPayoutBatch,
  type InstructionRecord,
  insertPayoutApproval,
  insertPayoutBatch,
  instructionsOf,
  listPayoutBatches,
  lockPayoutBatch,
  openPayoutBatch,
  type PayoutBatchRecord,
  type PayoutFormat,
} from './payout-batches.repo.ts';
import type { PayoutAccount } from './payouts.types.ts';
import { personOf, type SettlementDeps } from './settlement.deps.ts';

/** How many people approve a file, besides who made it. */
export const APPROVALS_NEEDED = 2;
/** Our own dates, on which payouts are made: those of the banks of China. */
export const HOUSE_DATES = { timeZone: 'Asia/Shanghai', cutOff: '00:00' } as const;

/** Files of payouts: made of what is due, approved by two others on their hash, sent under one id. */
export class PayoutBatches {
  private readonly deps: SettlementDeps;

  constructor(deps: SettlementDeps) {
    this.deps = deps;
  }

  /**
   * Makes a file of everything that is due in a currency. Refuses with `payer_missing`, `payouts_none_due`, `payouts_taken` (by
   * somebody who did it at the same time).
   */
  async prepare(
    { format, currency }: { format: PayoutFormat; currency: string },
    by: DoneBy,
  ): Promise<{ batch: PayoutBatchRecord; notPayable: NotPayable[] }> {
    const { db, vault, clock, payer } = this.deps;
    if (!payer) throw new DomainError('conflict', 'payer_missing');
    const createdAtMs = clock.nowMs();
    const batchId = newId('pob', createdAtMs, randomShardHint());
    const executeOn = businessDateOf(createdAtMs, HOUSE_DATES);
    const head = { messageId: bankIdOf(batchId), createdAtMs, executeOn, currency, debtor: payer.account };
    const making = transact(db, async (tx) => {
      const { orders, records, notPayable } = await duePayouts(tx, this.deps, { ...head, batchId });
      if (orders.length === 0) {
        throw new DomainError('conflict', 'payouts_none_due', { params: { notPayable: notPayable.length } });
      }
      const batch = { ...head, instructions: orders };
      const file = format === 'pain001' ? pain001File(batch) : bankCsvFile(batch);
      const { messageId } = head;
      const { instructionCount, totalMinor, sha256 } = file;
      const made = { state: 'waiting', madeBy: personOf(by), madeAtMs: createdAtMs } as const;
      const sums = { instructionCount, totalMinor, sha256 };
      const record = {
        batchId,
        messageId,
        bankId: payer.bankId,
        format,
        currency,
        executeOn,
        ...sums,
        ...made,
      };
      await insertPayoutBatch(tx, vault, record, { batch, file, instructions: records });
      await this.audit(tx, batchId, 'payout.prepare', by, { sha256 });
      return notPayable;
    });
    const notPayable = await making.catch((error: unknown) => {
      throw isUniqueViolation(error) ? new DomainError('conflict', 'payouts_taken', { cause: error }) : error;
    });
    return { batch: await this.get(batchId), notPayable };
  }

  /** Newest first. Refuses with `cursor_invalid`. */
  async list({ limit, cursor }: { limit: number; cursor?: string | undefined }) {
    if (cursor !== undefined && !isId('pob', cursor)) throw new DomainError('invalid', 'cursor_invalid');
    const found = await listPayoutBatches(this.deps.db, { beforeId: cursor, limit: limit + 1 });
    const items = found.slice(0, limit);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.batchId ?? null) : null };
  }

  /** Refuses with `payout_batch_not_found`. */
  async get(batchId: string): Promise<PayoutBatchRecord> {
    const found = isId('pob', batchId) ? await findPayoutBatch(this.deps.db, { batchId }) : null;
    if (!found) throw new DomainError('notFound', 'payout_batch_not_found');
    return found;
  }

  /** Its instructions, each with whose account it goes to, in clear: callers mask it. Refuses as `get` does. */
  async instructions(batchId: string): Promise<(InstructionRecord & { creditor: PayoutAccount })[]> {
    const { db, vault } = this.deps;
    await this.get(batchId);
    const { batch } = await openPayoutBatch(db, vault, batchId);
    const creditors = new Map(batch.instructions.map((one) => [one.instructionId, one.creditor]));
    return (await instructionsOf(db, batchId)).map((record) => {
      const creditor = creditors.get(record.instructionId);
      if (!creditor) throw new Error('an instruction is stored that is not in its file');
      return { ...record, creditor };
    });
  }

  /**
   * Approves the bytes that have a hash. Refuses with `payout_hash_differs` (what was looked at is something else),
   * `approval_by_submitter`, `payout_approved_by_you`, `payout_approved_already`, `payout_batch_over`, and as `get` does.
   */
  approve(batchId: string, sha256: string, by: DoneBy): Promise<PayoutBatchRecord> {
    return this.change(batchId, async (tx, batch, nowMs) => {
      const approvedBy = personOf(by);
      assertWaiting(batch);
      if (sha256 !== batch.sha256) throw new DomainError('conflict', 'payout_hash_differs');
      if (approvedBy === batch.madeBy) throw new DomainError('forbidden', 'approval_by_submitter');
      if (batch.approvals.some((one) => one.approvedBy === approvedBy)) {
        throw new DomainError('conflict', 'payout_approved_by_you');
      }
      if (batch.approvals.length >= APPROVALS_NEEDED) {
        throw new DomainError('conflict', 'payout_approved_already');
      }
      await insertPayoutApproval(tx, batch, { sha256, approvedBy, approvedAtMs: nowMs });
      await this.audit(tx, batchId, 'payout.approve', by, { sha256 });
    });
  }

  /** Calls a file off that was not sent: what it was to pay is due again. Refuses with `payout_batch_over`, and as `get` does. */
  cancel(batchId: string, reason: string, by: DoneBy): Promise<PayoutBatchRecord> {
    return this.change(batchId, async (tx, batch, endedAtMs) => {
      assertWaiting(batch);
      await endPayoutBatch(tx, batchId, { state: 'cancelled', endedBy: personOf(by), endedAtMs, reason });
      await this.audit(tx, batchId, 'payout.cancel', by);
    });
  }

  /**
   * Hands the file over: the first time it counts as sent, and the money as on its way; every time the bytes are the same.
   * Refuses with `payout_not_approved`, `payout_batch_over` (called off), and as `get` does.
   */
  async send(
    batchId: string,
    by: DoneBy,
  ): Promise<{ batch: PayoutBatchRecord; fileName: string; content: Buffer }> {
    const batch = await this.change(batchId, async (tx, now, nowMs) => {
      if (now.state === 'sent') return this.audit(tx, batchId, 'payout.resend', by, { sha256: now.sha256 });
      assertWaiting(now);
      if (now.approvals.length < APPROVALS_NEEDED) throw new DomainError('conflict', 'payout_not_approved');
      const end = { state: 'sent', endedBy: personOf(by), endedAtMs: nowMs, reason: null } as const;
      await endPayoutBatch(tx, batchId, end);
      await postJournals(tx, sentJournals(now, await instructionsOf(tx, batchId), nowMs), nowMs);
      await this.audit(tx, batchId, 'payout.send', by, { sha256: now.sha256 });
    });
    const { content } = await openPayoutBatch(this.deps.db, this.deps.vault, batchId);
    if (createHash('sha256').update(content).digest('hex') !== batch.sha256) {
      throw new Error('the stored payout file is not the one that was approved');
    }
    const extension = batch.format === 'pain001' ? 'xml' : 'csv';
    return { batch, fileName: `${batch.messageId}.${extension}`, content };
  }

  private async change(
    batchId: string,
    work: (tx: Tx, batch: PayoutBatchRecord, nowMs: number) => Promise<void>,
  ): Promise<PayoutBatchRecord> {
    await transact(this.deps.db, async (tx) => {
      const batch = isId('pob', batchId) ? await lockPayoutBatch(tx, batchId) : null;
      if (!batch) throw new DomainError('notFound', 'payout_batch_not_found');
      await work(tx, batch, this.deps.clock.nowMs());
    });
    return this.get(batchId);
  }

  private audit(
    tx: Tx,
    batchId: string,
    action: string,
    by: DoneBy,
    detail: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const atMs = this.deps.clock.nowMs();
    const object = { kind: 'payoutBatch', id: batchId };
    return recordAudit(tx, { ...by, atMs, action, object, outcome: 'ok', detail });
  }
}

function assertWaiting({ state }: PayoutBatchRecord): void {
  if (state !== 'waiting') throw new DomainError('conflict', 'payout_batch_over', { params: { state } });
}

function sentJournals(
  { bankId, currency }: PayoutBatchRecord,
  instructions: readonly InstructionRecord[],
  nowMs: number,
) {
  const businessDate = businessDateOf(nowMs, HOUSE_DATES);
  return instructions.map(({ instructionId, agencyId, amountMinor }) =>
    payoutSentJournal({
      subjectId: ownIdOf(instructionId),
      amount: money(amountMinor, currency),
      businessDate,
      agencyId,
      bankId,
    }),
  );
}
