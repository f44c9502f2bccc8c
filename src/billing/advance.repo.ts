import { recordAgencyEvents } from '../agencies/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import { bulkUpdate, type Tx } from '../infra/db/index.ts';
import { addTasks, type NextForTask, updateTasks } from '../infra/outbox/index.ts';
import { type JournalDraft, postJournals } from '../ledger/index.ts';
import { paymentEvents } from './agency-events.rules.ts';
import { isFinal, PAYMENT_TOPIC } from './billing.rules.ts';
import type { Payment } from './billing.types.ts';
import { releaseBills } from './claim.repo.ts';
import { answerDispute, lockOpenDisputes } from './dispute.repo.ts';
import type { DisputeAnswer } from './dispute.types.ts';
import { type Evidence, insertEvidence, insertNotifications, type Notification } from './evidence.repo.ts';
import { CHANGING_COLUMNS, changingColumnsOf, insertSteps, lockVersions } from './payment.repo.ts';
import { returnsOf, writeReturns } from './returns.repo.ts';

/** One payment carried a step on, or not on but asked about. Everything of it is committed together, or nothing. */
export interface Advance {
  before: Payment;
  /** The same version as `before` when the status did not change. */
  after: Payment;
  journals: readonly JournalDraft[];
  /** When the payment is to be looked at again, if at all; `kept`: whoever claimed its task goes right on with it. */
  next: NextForTask | { kind: 'kept' };
  evidence: Evidence | null;
  notification: Notification | null;
  /** What an agency said to the dispute that this follows from. */
  disputeAnswer?: DisputeAnswer;
}

/**
 * Writes a batch of advances. An advance whose payment has moved since it was read is `false`: nothing of it is written
 * but its evidence, and whoever sent it looks at the payment again. The version is the fence.
 */
export async function writeAdvances(
  tx: Tx,
  vault: Vault,
  advances: readonly Advance[],
  nowMs: number,
): Promise<boolean[]> {
  const versions = await lockVersions(tx, [...new Set(advances.map((advance) => advance.before.paymentId))]);
  const openDisputes = await lockOpenDisputes(
    tx,
    advances.flatMap(({ disputeAnswer }) => disputeAnswer?.disputeId ?? []),
  );
  const applied = advances.map((advance) => {
    const { paymentId, version } = advance.before;
    if (versions.get(paymentId) !== version) return false;
    if (advance.disputeAnswer && !openDisputes.delete(advance.disputeAnswer.disputeId)) return false;
    // Taken: a second advance of the same payment in this batch is stale.
    versions.delete(paymentId);
    return true;
  });
  const fresh = advances.filter((_, index) => applied[index]);
  const moved = fresh.flatMap(({ before, after }) => (after.version > before.version ? [after] : []));
  await bulkUpdate(
    tx,
    'payments',
    'payment_id',
    CHANGING_COLUMNS,
    fresh.map(({ after }) => ({ payment_id: after.paymentId, ...changingColumnsOf(after, vault) })),
  );
  await insertSteps(tx, moved);
  await writeReturns(tx, fresh.flatMap(returnsOf));
  await postJournals(
    tx,
    fresh.flatMap((advance) => advance.journals),
    nowMs,
  );
  // Something that was over has come back to life (a debit after the order's end): its task is gone, and made anew.
  const revived = fresh.filter(({ before, after }) => isFinal(before.status) && !isFinal(after.status));
  await addTasks(
    tx,
    revived.map(({ after }) => ({ taskId: after.paymentId, topic: PAYMENT_TOPIC, dueAtMs: nowMs })),
    nowMs,
  );
  await updateTasks(
    tx,
    fresh.flatMap(({ after, next }) => (next.kind === 'kept' ? [] : [{ taskId: after.paymentId, next }])),
    nowMs,
  );
  await releaseBills(
    tx,
    moved.filter((payment) => isFinal(payment.status)),
    nowMs,
  );
  for (const { disputeAnswer } of fresh) {
    if (disputeAnswer) await answerDispute(tx, vault, disputeAnswer);
  }
  await recordAgencyEvents(tx, fresh.flatMap(paymentEvents), nowMs);
  await insertEvidence(
    tx,
    vault,
    advances.flatMap((advance) => advance.evidence ?? []),
  );
  await insertNotifications(
    tx,
    vault,
    advances.flatMap((advance) => advance.notification ?? []),
    nowMs,
  );
  return applied;
}
