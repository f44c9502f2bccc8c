import { GroupCommit } from '../infra/db/index.ts';
import type { ClaimedTask } from '../infra/outbox/index.ts';
import { type Advance, writeAdvances } from './advance.repo.ts';
import { type Answer, type Step, takeStep } from './advance.rules.ts';
import type { BillingDeps } from './billing.deps.ts';
import { actionFor } from './billing.rules.ts';
import type { Payment } from './billing.types.ts';
import type { DisputeAnswer } from './dispute.types.ts';
import type { Evidence, Notification } from './evidence.repo.ts';
import { loadPayments } from './payment.repo.ts';
import { PaymentCalls } from './payment-calls.ts';

/** Where an answer came from, and what is kept of it. */
interface Origin {
  attempts: number;
  evidence: Evidence | null;
  notification: Notification | null;
  disputeAnswer?: DisputeAnswer;
}

/**
 * Carries payments on: does what their status asks for, at the channel or the agency, and commits what came of it.
 * Calls run side by side; commits are shared by what is ready at the same time.
 */
export class PaymentAdvances {
  private readonly deps: BillingDeps;
  private readonly calls: PaymentCalls;
  private readonly commits: GroupCommit<Advance, boolean>;

  constructor(deps: BillingDeps) {
    this.deps = deps;
    this.calls = new PaymentCalls(deps);
    this.commits = new GroupCommit(
      deps.db,
      (tx, advances) => writeAdvances(tx, deps.vault, advances, deps.clock.nowMs()),
      { afterCommit: (advances, applied) => this.sendDue(advances.filter((_, index) => applied[index])) },
    );
  }

  /** Works on claimed tasks, side by side; each settles for itself, and one that throws is a bug of ours. */
  async run(tasks: readonly ClaimedTask[]): Promise<PromiseSettledResult<void>[]> {
    const payments = await loadPayments(
      this.deps.db,
      this.deps.vault,
      tasks.map((task) => task.taskId),
    );
    const byId = new Map(payments.map((payment) => [payment.paymentId, payment]));
    return Promise.allSettled(
      tasks.map(async (task) => {
        const payment = byId.get(task.taskId);
        if (!payment) throw new RangeError('a task without its payment');
        await this.carryOn(payment, task.attempts);
      }),
    );
  }

  /**
   * Takes an answer into account that came by itself. False when the payment has moved since it was read: read it
   * again and decide again.
   */
  async apply(payment: Payment, answer: Answer, origin: Origin): Promise<boolean> {
    const step = await this.stepBy(payment, answer, origin.attempts);
    return this.commits.submit({ before: payment, ...step, ...origin });
  }

  /** Works on a payment whose task is claimed, as long as there is something to do at once. */
  private async carryOn(payment: Payment, attempts: number): Promise<void> {
    for (let current = payment, looks = attempts; ; ) {
      const action = actionFor(current, this.deps.clock.nowMs());
      const { answer, evidence } = action
        ? await this.calls.perform(action, current)
        : { answer: { event: null, reason: null, facts: {}, retryAtMs: null }, evidence: null };
      const step = await this.stepBy(current, answer, looks);
      const goesOn = step.next.kind === 'due' && step.next.atMs <= this.deps.clock.nowMs();
      const isApplied = await this.commits.submit({
        before: current,
        ...step,
        // The claim outlives this step: should we die before the next one, it runs out, and the task is sent again.
        next: goesOn ? { kind: 'kept' } : step.next,
        evidence,
        notification: null,
      });
      // Stale means that somebody else has carried it on, and has seen to its task.
      if (!isApplied || !goesOn) return;
      current = step.after;
      looks = 0;
    }
  }

  private async stepBy(payment: Payment, answer: Answer, attempts: number): Promise<Step> {
    const { agencyId, manifestVersion } = payment;
    // The version it was made under, whatever the agency says by now.
    const version = await this.deps.agencies.getAgencyVersion(agencyId, manifestVersion);
    if (!version) throw new RangeError('a payment under a manifest that never was');
    const { serviceHours, cutOff, postingPromiseSeconds } = version.manifest;
    const step = takeStep(payment, answer, {
      nowMs: this.deps.clock.nowMs(),
      cutOff: { timeZone: serviceHours.timeZone, cutOff },
      postingPromiseSeconds,
      attempts,
      random: Math.random(),
    });
    if (step.contradiction) {
      this.deps.log.error('an answer contradicts what was definite before', {
        paymentId: payment.paymentId,
        status: payment.status,
        event: step.contradiction,
      });
    }
    return step;
  }

  private sendDue(advances: readonly Advance[]): void {
    const nowMs = this.deps.clock.nowMs();
    this.deps.sendTasks(
      advances
        .filter(({ next }) => next.kind === 'due' && next.atMs <= nowMs)
        .map((advance) => advance.after.paymentId),
    );
  }
}
