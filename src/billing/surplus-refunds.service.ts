import { type Tx, transact } from '../infra/db/index.ts';
import { addTasks, type ClaimedTask, type NextForTask, updateTasks } from '../infra/outbox/index.ts';
import { businessDateOf } from '../kernel/business-date.ts';
import { type Money, money } from '../kernel/money.ts';
import { postJournals, surplusRefundJournal } from '../ledger/index.ts';
import type { Answer } from './advance.rules.ts';
import type { BillingDeps } from './billing.deps.ts';
import { nextStatus, waitBeforeRetryMs } from './billing.rules.ts';
import type { Payment } from './billing.types.ts';
import { type Evidence, insertEvidence } from './evidence.repo.ts';
import { loadPayments } from './payment.repo.ts';
import { PaymentCalls } from './payment-calls.ts';
import { insertSurplusRefund, loadSurplusRefunds, updateSurplusRefund } from './surplus-refund.repo.ts';
import type { SurplusRefund } from './surplus-refund.types.ts';

/** The topic of the tasks that carry surplus refunds forward; a task's id is the refund's. */
export const SURPLUS_REFUND_TOPIC = 'surplus-refunds';

/**
 * Gives back what a channel took beyond a payment, such as a second debit. Ordered once under a reference of its own; while the
 * channel's answer is unknown it is asked, and never told anew under another one. Law 4.
 */
export class SurplusRefunds {
  private readonly deps: BillingDeps;
  private readonly calls: PaymentCalls;

  constructor(deps: BillingDeps) {
    this.deps = deps;
    this.calls = new PaymentCalls(deps);
  }

  /** Orders a refund in the transaction that approved it. Throws RangeError unless it gives something back of a payment that there is. */
  async order(tx: Tx, order: { refundId: string; paymentId: string; amount: Money }): Promise<void> {
    if (order.amount.amountMinor <= 0) throw new RangeError('a refund gives something back');
    const [payment] = await loadPayments(tx, this.deps.vault, [order.paymentId]);
    if (!payment) throw new RangeError('a surplus stands beside a payment');
    const nowMs = this.deps.clock.nowMs();
    await insertSurplusRefund(tx, {
      ...order,
      channelId: payment.channelId,
      status: 'refunding',
      version: 1,
      reason: null,
      createdAtMs: nowMs,
      refundedAtMs: null,
      updatedAtMs: nowMs,
    });
    await addTasks(tx, [{ taskId: order.refundId, topic: SURPLUS_REFUND_TOPIC, dueAtMs: nowMs }], nowMs);
  }

  /** Those of the refunds that there are. */
  find(refundIds: readonly string[]): Promise<Map<string, SurplusRefund>> {
    return loadSurplusRefunds(this.deps.db, refundIds);
  }

  /** Works on claimed tasks, side by side; each settles for itself. */
  async run(tasks: readonly ClaimedTask[]): Promise<PromiseSettledResult<void>[]> {
    const refunds = await this.find(tasks.map(({ taskId }) => taskId));
    const payments = await loadPayments(
      this.deps.db,
      this.deps.vault,
      [...refunds.values()].map(({ paymentId }) => paymentId),
    );
    return Promise.allSettled(
      tasks.map(async ({ taskId, attempts }) => {
        const refund = refunds.get(taskId);
        const payment = payments.find(({ paymentId }) => paymentId === refund?.paymentId);
        if (!refund || !payment) throw new RangeError('a task without its refund');
        await this.carryOn(refund, payment, attempts);
      }),
    );
  }

  private async carryOn(refund: SurplusRefund, payment: Payment, attempts: number): Promise<void> {
    const isOver = refund.status === 'refunded' || refund.status === 'refundBlocked';
    const { answer, evidence } = isOver
      ? { answer: null, evidence: null }
      : await this.calls.surplusRefund(
          payment,
          { reference: refund.refundId, amount: money(refund.amount.amountMinor, refund.amount.currency) },
          refund.status === 'refunding' ? 'instructed' : 'asked',
        );
    const nowMs = this.deps.clock.nowMs();
    const after = answer ? stepOf(refund, answer, nowMs) : refund;
    await this.commit(payment, refund, after, evidence, nextFor(after, attempts, nowMs));
  }

  private async commit(
    payment: Payment,
    before: SurplusRefund,
    after: SurplusRefund,
    evidence: Evidence | null,
    next: NextForTask,
  ): Promise<void> {
    const { db, vault, clock } = this.deps;
    const businessDate = await this.businessDate(payment, after);
    await transact(db, async (tx) => {
      if (evidence) await insertEvidence(tx, vault, [evidence]);
      // Stale means that somebody else has carried it on, and has seen to its task.
      if (after.version > before.version && !(await updateSurplusRefund(tx, after, before.version))) return;
      if (after.status === 'refunded' && before.status !== 'refunded') {
        const { refundId: subjectId, channelId, amount } = after;
        const move = { subjectId, amount, businessDate, channelId, sourceId: channelId };
        await postJournals(tx, [surplusRefundJournal(move)], clock.nowMs());
      }
      await updateTasks(tx, [{ taskId: after.refundId, next }], clock.nowMs());
    });
  }

  /** As of the payment's own refund. */
  private async businessDate(payment: Payment, { refundedAtMs }: SurplusRefund): Promise<string> {
    const { agencyId, manifestVersion } = payment;
    const version = await this.deps.agencies.getAgencyVersion(agencyId, manifestVersion);
    if (!version) throw new RangeError('a payment under a manifest that never was');
    const { serviceHours, cutOff } = version.manifest;
    return businessDateOf(refundedAtMs ?? this.deps.clock.nowMs(), {
      timeZone: serviceHours.timeZone,
      cutOff,
    });
  }
}

/** The transitions are those of a payment's refund. */
function stepOf(refund: SurplusRefund, answer: Answer, nowMs: number): SurplusRefund {
  const to = answer.event && nextStatus(refund.status, answer.event);
  if (!to) return refund;
  return {
    ...refund,
    status: to as SurplusRefund['status'],
    version: refund.version + 1,
    reason: answer.reason,
    refundedAtMs: answer.facts.refundedAtMs ?? null,
    updatedAtMs: nowMs,
  };
}

/** What the channel has refused is over for the task: a person finds it at its break. */
function nextFor({ status }: SurplusRefund, attempts: number, nowMs: number): NextForTask {
  if (status === 'refunded' || status === 'refundBlocked') return { kind: 'done' };
  const waitMs = waitBeforeRetryMs(status, attempts + 1, Math.random());
  return { kind: 'due', attempts: attempts + 1, atMs: nowMs + waitMs };
}
