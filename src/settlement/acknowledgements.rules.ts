import { readDecimal } from '../infra/files/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { totalOf } from './payouts.rules.ts';
import type {
  Acknowledgement,
  PayoutAnswer,
  PayoutBatch,
  PayoutStatus,
  WrittenAmount,
} from './payouts.types.ts';

/** No answer yet: what an instruction is until the bank says something final. */
const UNANSWERED: PayoutAnswer = { status: 'pending', code: null, reason: null };

/**
 * What a bank's answer says of each instruction of the batch that it answers, in the order of the batch. An instruction that
 * is neither named nor meant by an answer to all is pending. Throws DomainError `acknowledgement_mismatch`, with what does not
 * fit, where the answer is to another file, to another count, sum or amount, names instructions that were not in it, or
 * contradicts itself: nothing of such an answer is taken.
 */
export function answersTo(
  batch: PayoutBatch,
  answer: Acknowledgement,
): { instructionId: string; answer: PayoutAnswer }[] {
  const refuse = (why: string): never => {
    throw new DomainError('conflict', 'acknowledgement_mismatch', { params: { why } });
  };
  if (answer.messageId !== batch.messageId) refuse('messageId');
  const { instructionCount, total } = answer.declared;
  const differs = (written: WrittenAmount | null, amountMinor: number) =>
    written !== null &&
    ((written.currency ?? batch.currency) !== batch.currency ||
      readDecimal(written.decimal, batch.currency) !== amountMinor);
  if (instructionCount !== null && instructionCount !== batch.instructions.length) refuse('instructionCount');
  if (differs(total, totalOf(batch))) refuse('total');
  const sent = new Map(batch.instructions.map((instruction) => [instruction.instructionId, instruction]));
  const named = new Map<string, PayoutAnswer>();
  for (const { instructionId, amount, ...own } of answer.instructions) {
    const instruction = sent.get(instructionId) ?? refuse('instructionId');
    if (differs(amount, instruction.amountMinor)) refuse('amount');
    if (named.has(instructionId)) refuse('instructionTwice');
    named.set(instructionId, own);
  }
  return batch.instructions.map(({ instructionId }) => ({
    instructionId,
    answer: named.get(instructionId) ?? answer.overall ?? UNANSWERED,
  }));
}

/**
 * What an instruction is after another answer. Rejected and returned are final. What was accepted stays so until it comes
 * back: a later no to it is a return (退票). A yes to what was rejected contradicts the bank's own word: `contradiction`, for a
 * person to ask about, since paying it anew may already have begun.
 */
export function nextPayoutStatus(now: PayoutStatus, said: PayoutStatus): PayoutStatus | 'contradiction' {
  if (now === said || said === 'pending') return now;
  if (now === 'pending') return said;
  if (now === 'accepted') return 'returned';
  // A return of what was rejected, or a rejection of what was returned, says the same: the money is with us.
  return said === 'accepted' ? 'contradiction' : now;
}
