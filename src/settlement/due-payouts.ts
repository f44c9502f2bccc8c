import type { Tx } from '../infra/db/index.ts';
import type { BusinessDate } from '../kernel/business-date.ts';
import { DomainError } from '../kernel/errors.ts';
import { newId, shardHintOf } from '../kernel/ids.ts';
import type { InstructionRecord } from './payout-batches.repo.ts';
import { assertPayoutBatch } from './payouts.rules.ts';
import type { PayoutAccount, PayoutBatch, PayoutInstruction } from './payouts.types.ts';
import type { SettlementDeps } from './settlement.deps.ts';
import { findDuePayouts } from './settlements.repo.ts';

/** What one file holds at most; what is left goes into the next. */
const MAX_INSTRUCTIONS = 2_000;

/** Due, and not in the file that was made: who can't be paid, and why. */
export interface NotPayable {
  agencyId: string;
  settlementId: string;
  why: 'accountMissing' | 'accountInvalid';
}

/** An id as banks take it, which have no underscore. */
export const bankIdOf = (id: string): string => id.replace('_', '-');
/** The inverse, which journals are kept under. */
export const ownIdOf = (bankId: string): string => bankId.replace('-', '_');

/** Instructions for everything that is due, to the accounts as they are now; what can't be paid does not hold up the others. */
export async function duePayouts(
  tx: Tx,
  deps: Pick<SettlementDeps, 'accountOf'>,
  file: Omit<PayoutBatch, 'instructions'> & { batchId: string },
): Promise<{ orders: PayoutInstruction[]; records: InstructionRecord[]; notPayable: NotPayable[] }> {
  const due = await findDuePayouts(tx, {
    currency: file.currency,
    dueBy: file.executeOn,
    limit: MAX_INSTRUCTIONS,
  });
  const accounts = new Map<string, PayoutAccount | null>();
  for (const { agencyId } of due) {
    if (!accounts.has(agencyId)) accounts.set(agencyId, await deps.accountOf(agencyId));
  }
  const orders: PayoutInstruction[] = [];
  const records: InstructionRecord[] = [];
  const notPayable: NotPayable[] = [];
  for (const { settlementId, agencyId, payoutMinor, ...dates } of due) {
    const creditor = accounts.get(agencyId) ?? null;
    const instructionId = bankIdOf(newId('pin', file.createdAtMs, shardHintOf(settlementId)));
    const order = creditor && {
      instructionId,
      creditor,
      amountMinor: payoutMinor,
      remittance: remittanceOf(dates),
    };
    if (!order || !isTaken({ ...file, instructions: [order] })) {
      notPayable.push({ agencyId, settlementId, why: order ? 'accountInvalid' : 'accountMissing' });
      continue;
    }
    orders.push(order);
    records.push({
      instructionId,
      batchId: file.batchId,
      settlementId,
      agencyId,
      amountMinor: payoutMinor,
      status: 'pending',
      answer: null,
      contradiction: null,
      updatedAtMs: file.createdAtMs,
    });
  }
  return { orders, records, notPayable };
}

/** What the agency reads on its statement. */
const remittanceOf = ({ from, to }: { from: BusinessDate; to: BusinessDate }) => `结算 ${from} ${to}`;

function isTaken(batch: PayoutBatch): boolean {
  try {
    assertPayoutBatch(batch);
    return true;
  } catch (error) {
    // A debtor that no bank takes is ours to mend, and no agency's fault.
    if (error instanceof DomainError && error.fields.every(({ pointer }) => pointer.includes('/creditor/'))) {
      return false;
    }
    throw error;
  }
}
