import type { Vault } from '../infra/crypto/index.ts';
import type { Tx } from '../infra/db/index.ts';
import { addTasks } from '../infra/outbox/index.ts';
import { PAYMENT_TOPIC } from './billing.rules.ts';
import type { Payment } from './billing.types.ts';
import { claimBills } from './claim.repo.ts';
import { insertPayments, insertSteps } from './payment.repo.ts';

/** A payment that is to be, and the bills that it has to be alone with. */
export interface OrderDraft {
  payment: Payment;
  billKeys: readonly string[];
}

/** Writes a batch of orders. One whose bills another payment holds is `false`, and nothing of it is written. */
export async function writeOrders(
  tx: Tx,
  vault: Vault,
  drafts: readonly OrderDraft[],
  nowMs: number,
): Promise<boolean[]> {
  const winners = await claimBills(
    tx,
    drafts.map(({ payment, billKeys }) => ({ paymentId: payment.paymentId, billKeys })),
  );
  const won = drafts.map((draft) => winners.has(draft.payment.paymentId));
  const payments = drafts.filter((_, index) => won[index]).map((draft) => draft.payment);
  if (payments.length === 0) return won;
  await insertPayments(tx, vault, payments);
  await insertSteps(tx, payments);
  await addTasks(
    tx,
    payments.map((payment) => ({
      taskId: payment.paymentId,
      topic: PAYMENT_TOPIC,
      dueAtMs: payment.createdAtMs,
    })),
    nowMs,
  );
  return won;
}
