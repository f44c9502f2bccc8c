import { createHash } from 'node:crypto';
import { DomainError, type FieldProblem } from '../kernel/errors.ts';
import { sumMinor } from '../kernel/money.ts';
import type { PayoutAccount, PayoutBatch, PayoutFile } from './payouts.types.ts';

/** ISO 20022: Max140Text of a name or remittance, Max34Text of an account, Max35Text of an id. */
const NAME_CHARS = 140;
/** What every bank takes in the ids of a file: letters, digits, dots and dashes of SWIFT's set, which has no underscore. */
const ID = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,33}[A-Za-z0-9])?$/;
const ACCOUNT = /^[0-9A-Za-z]{1,34}$/;
const BANK_CODE = /^\d{12}$/;
/** Letters of any script, digits, blanks and the marks of names. Signs that a table would compute with cannot come first. */
const TEXT = /^[\p{L}\p{N}（(《“·][\p{L}\p{M}\p{N} .,:;&/()'’“”（）《》、，。；：·—+_-]*$/u;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Throws DomainError `payout_batch_invalid` with every wrong field, unless all banks would take the batch: ids, names and
 * accounts in the characters and lengths of the formats, amounts above zero, no instruction twice.
 */
export function assertPayoutBatch(batch: PayoutBatch): void {
  const fields: FieldProblem[] = [];
  const wrong = (pointer: string) => fields.push({ pointer, code: 'wrong_format' });
  if (!ID.test(batch.messageId)) wrong('#/messageId');
  if (!DATE.test(batch.executeOn)) wrong('#/executeOn');
  if (batch.instructions.length === 0) fields.push({ pointer: '#/instructions', code: 'required' });
  fields.push(...faultsOfAccount(batch.debtor, '#/debtor'));
  const seen = new Set<string>();
  for (const [index, instruction] of batch.instructions.entries()) {
    const at = `#/instructions/${index}`;
    const { instructionId, amountMinor, remittance, creditor } = instruction;
    if (!ID.test(instructionId) || seen.has(instructionId)) wrong(`${at}/instructionId`);
    seen.add(instructionId);
    if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0) wrong(`${at}/amountMinor`);
    fields.push(
      ...faultsOfText(remittance, `${at}/remittance`),
      ...faultsOfAccount(creditor, `${at}/creditor`),
    );
  }
  if (fields.length > 0) throw new DomainError('invalid', 'payout_batch_invalid', { fields });
}

function faultsOfAccount(account: PayoutAccount, at: string): FieldProblem[] {
  const faults = [
    ...faultsOfText(account.holderName, `${at}/holderName`),
    ...faultsOfText(account.bankName, `${at}/bankName`),
  ];
  if (!BANK_CODE.test(account.bankCode)) faults.push({ pointer: `${at}/bankCode`, code: 'wrong_format' });
  if (!ACCOUNT.test(account.accountNumber)) {
    faults.push({ pointer: `${at}/accountNumber`, code: 'wrong_format' });
  }
  return faults;
}

function faultsOfText(text: string, pointer: string): FieldProblem[] {
  // By code points, as XML Schema counts: a rare character of a name is one, and not two.
  if ([...text].length > NAME_CHARS) {
    return [{ pointer, code: 'too_long', params: { maximum: NAME_CHARS } }];
  }
  // Another form of the same name would be another hash, and at some banks another name.
  const isPlain = TEXT.test(text) && text === text.normalize('NFC') && text === text.trim();
  return isPlain ? [] : [{ pointer, code: 'wrong_format' }];
}

/** Instructions in the order of their ids, so that the order in which they were read changes nothing. */
export function inOrder({ instructions }: PayoutBatch): PayoutBatch['instructions'] {
  return [...instructions].sort((a, b) => (a.instructionId < b.instructionId ? -1 : 1));
}

/** The sum of a batch; throws RangeError where it cannot be counted exactly. */
export function totalOf({ instructions }: PayoutBatch): number {
  return sumMinor(instructions.map(({ amountMinor }) => amountMinor));
}

/** A file with its control totals and hash. */
export function payoutFile(batch: PayoutBatch, extension: string, text: string): PayoutFile {
  const content = Buffer.from(text, 'utf8');
  return {
    fileName: `${batch.messageId}.${extension}`,
    content,
    sha256: createHash('sha256').update(content).digest('hex'),
    instructionCount: batch.instructions.length,
    totalMinor: totalOf(batch),
    currency: batch.currency,
  };
}
