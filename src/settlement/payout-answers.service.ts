import { createHash } from 'node:crypto';
import { type DoneBy, recordAudit } from '../accounts/index.ts';
import { type Tx, transact } from '../infra/db/index.ts';
import { UnreadableFile } from '../infra/files/index.ts';
import { type BusinessDate, businessDateOf } from '../kernel/business-date.ts';
import { DomainError } from '../kernel/errors.ts';
import { money } from '../kernel/money.ts';
import {
  type JournalDraft,
  payoutPaidJournal,
  payoutReturnedJournal,
  payoutVoidedJournal,
  postJournals,
} from '../ledger/index.ts';
import { answersTo, nextPayoutStatus } from './acknowledgements.rules.ts';
import { readBankCsvAnswer } from './bank-csv-answer.ts';
import { ownIdOf } from './due-payouts.ts';
import { readPain002 } from './pain002.ts';
import {
  type AnswerChange,
  type AnswerRecord,
  answersOf,
  insertAnswer,
  insertReturnedPayout,
} from './payout-answers.repo.ts';
import {
  changeInstruction,
  findPayoutBatch,
  type InstructionRecord,
  instructionsOf,
  lockPayoutBatch,
  openPayoutBatch,
  type PayoutBatchRecord,
} from './payout-batches.repo.ts';
import { HOUSE_DATES } from './payout-batches.service.ts';
import type { Acknowledgement, PayoutAnswer, PayoutStatus } from './payouts.types.ts';
import { personOf, type SettlementDeps } from './settlement.deps.ts';

/** What an agency reads of why its payout came back. */
const NOTE_CHARS = 300;
const ID_CHARS = 140;

export interface TakenAnswer {
  batch: PayoutBatchRecord;
  acknowledgementId: string;
  /** The same file was taken before: nothing changed now. */
  isRepeated: boolean;
  changes: readonly AnswerChange[];
}

/** Takes in what banks answer to payout files: all of an answer, or nothing of it, and once. */
export class PayoutAnswers {
  private readonly deps: SettlementDeps;

  constructor(deps: SettlementDeps) {
    this.deps = deps;
  }

  /**
   * Refuses with `payout_answer_unreadable`, `acknowledgement_mismatch` (it fits no file of ours, or not the one it names),
   * `payout_not_sent`.
   */
  async take(content: Buffer, by: DoneBy): Promise<TakenAnswer> {
    const { db, vault, clock } = this.deps;
    const answer = readAnswer(content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const known = await findPayoutBatch(db, { messageId: answer.messageId });
    if (!known)
      throw new DomainError('conflict', 'acknowledgement_mismatch', { params: { why: 'messageId' } });
    const { batchId } = known;
    const acknowledgementId = answer.acknowledgementId.slice(0, ID_CHARS);
    const taken = await transact(db, async (tx) => {
      const batch = await lockPayoutBatch(tx, batchId);
      if (batch?.state !== 'sent') throw new DomainError('conflict', 'payout_not_sent');
      const before = (await answersOf(tx, batchId)).find((one) => one.sha256 === sha256);
      if (before) return { isRepeated: true, changes: before.changes };
      const sent = await openPayoutBatch(tx, vault, batchId);
      const answers = new Map(answersTo(sent.batch, answer).map((one) => [one.instructionId, one.answer]));
      const nowMs = clock.nowMs();
      const changes = await this.apply(tx, batch, answers, nowMs);
      const received = { receivedBy: personOf(by), receivedAtMs: nowMs };
      const record = { acknowledgementId, sha256, ...received, changes, content };
      await insertAnswer(tx, vault, batchId, record);
      const object = { kind: 'payoutBatch', id: batchId };
      const detail = { sha256, changed: changes.length };
      await recordAudit(tx, { ...by, atMs: nowMs, action: 'payout.answer', object, outcome: 'ok', detail });
      return { isRepeated: false, changes };
    });
    const batch = await findPayoutBatch(db, { batchId });
    return { batch: batch ?? known, acknowledgementId, ...taken };
  }

  /** Answers to a file, oldest first. */
  list(batchId: string): Promise<AnswerRecord[]> {
    return answersOf(this.deps.db, batchId);
  }

  private async apply(
    tx: Tx,
    batch: PayoutBatchRecord,
    answers: ReadonlyMap<string, PayoutAnswer>,
    nowMs: number,
  ): Promise<AnswerChange[]> {
    const businessDate = businessDateOf(nowMs, HOUSE_DATES);
    const changes: AnswerChange[] = [];
    const journals: JournalDraft[] = [];
    for (const instruction of await instructionsOf(tx, batch.batchId)) {
      const answer = answers.get(instruction.instructionId);
      const before = instruction.status as PayoutStatus;
      const after = answer ? nextPayoutStatus(before, answer.status) : before;
      if (!answer || after === before) continue;
      const said = [answer.code, answer.reason].filter((text) => text !== null).join(' ');
      const isContradiction = after === 'contradiction';
      await changeInstruction(tx, {
        ...instruction,
        ...(isContradiction
          ? { contradiction: `${answer.status} ${said}`.trim() }
          : { status: after, answer: said }),
        updatedAtMs: nowMs,
      });
      changes.push({ instructionId: instruction.instructionId, before, after, code: answer.code });
      if (isContradiction) continue;
      journals.push(journalOf(batch, instruction, { before, after, businessDate }));
      if (after === 'accepted') continue;
      const note = `${batch.messageId} ${said}`.trim().slice(0, NOTE_CHARS);
      await insertReturnedPayout(tx, { ...instruction, businessDate, note, createdAtMs: nowMs });
    }
    await postJournals(tx, journals, nowMs);
    return changes;
  }
}

function journalOf(
  { bankId, currency }: PayoutBatchRecord,
  { instructionId, agencyId, amountMinor }: InstructionRecord,
  { before, after, businessDate }: { before: PayoutStatus; after: PayoutStatus; businessDate: BusinessDate },
): JournalDraft {
  const subjectId = ownIdOf(instructionId);
  const move = { subjectId, amount: money(amountMinor, currency), businessDate, agencyId, bankId };
  if (after === 'accepted') return payoutPaidJournal(move);
  // Of what came back before we heard that it was paid, nothing has left the bank in our books.
  return before === 'accepted' ? payoutReturnedJournal(move) : payoutVoidedJournal(move);
}

/** XML is a pain.002, anything else our CSV. */
function readAnswer(content: Buffer): Acknowledgement {
  const isXml = content.subarray(0, 1_000).toString('latin1').includes('<');
  try {
    return isXml ? readPain002(content) : readBankCsvAnswer(content);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    const params = { code: error.code, line: error.line };
    throw new DomainError('invalid', 'payout_answer_unreadable', { params });
  }
}
