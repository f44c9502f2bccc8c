import { recordAgencyEvents } from '../agencies/index.ts';
import type { Manifest } from '../contract/index.ts';
import { isUniqueViolation, transact } from '../infra/db/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { isId, newId, shardHintOf } from '../kernel/ids.ts';
import type { PaymentAdvances } from './advance.service.ts';
import { disputeOpened } from './agency-events.rules.ts';
import type { BillingDeps } from './billing.deps.ts';
import type { Payment } from './billing.types.ts';
import {
  answerDispute,
  disputesOfAgency,
  disputesOfPayment,
  findDispute,
  insertDispute,
} from './dispute.repo.ts';
import { answerDueAtMs, disputableUntilMs, undoKindOf } from './dispute.rules.ts';
import type { Dispute, DisputeAnswer, DisputeReason, DisputeStatus } from './dispute.types.ts';
import { loadPayments } from './payment.repo.ts';
import type { Payments } from './payments.service.ts';

/** Residents' objections to posted payments, and what comes of them. */
export class Disputes {
  private readonly deps: BillingDeps;
  private readonly payments: Pick<Payments, 'get'>;
  private readonly advances: Pick<PaymentAdvances, 'apply'>;

  constructor(deps: BillingDeps, payments: Pick<Payments, 'get'>, advances: Pick<PaymentAdvances, 'apply'>) {
    this.deps = deps;
    this.payments = payments;
    this.advances = advances;
  }

  /** Throws `payment_not_found`, `dispute_not_possible` (not posted, or too long ago), `dispute_open_already`. */
  async open(
    residentId: string,
    paymentId: string,
    objection: { reason: DisputeReason; note: string | null },
  ): Promise<Dispute> {
    const payment = await this.payments.get(residentId, paymentId);
    const manifest = await this.manifestOf(payment);
    const nowMs = this.deps.clock.nowMs();
    const untilMs = disputableUntilMs(payment, manifest);
    if (untilMs === null || nowMs >= untilMs) throw new DomainError('conflict', 'dispute_not_possible');
    const dispute: Dispute = {
      disputeId: newId('dsp', nowMs, shardHintOf(paymentId)),
      paymentId,
      residentId,
      agencyId: payment.agencyId,
      ...objection,
      status: 'open',
      openedAtMs: nowMs,
      dueAtMs: answerDueAtMs(manifest, nowMs),
      answeredAtMs: null,
      answer: null,
      answeredBy: null,
    };
    try {
      await transact(this.deps.db, async (tx) => {
        await insertDispute(tx, this.deps.vault, dispute);
        await recordAgencyEvents(tx, [disputeOpened(dispute, payment)], nowMs);
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new DomainError('conflict', 'dispute_open_already');
      throw error;
    }
    return dispute;
  }

  /** A payment's disputes, newest first. Throws `payment_not_found`. */
  async ofPayment(residentId: string, paymentId: string): Promise<Dispute[]> {
    await this.payments.get(residentId, paymentId);
    return disputesOfPayment(this.deps.db, this.deps.vault, paymentId);
  }

  /** An agency's disputes of a status, the oldest first; `afterId` is the last one of the page before. */
  ofAgency(
    agencyId: string,
    page: { status: DisputeStatus; limit: number; afterId: string | null },
  ): Promise<Dispute[]> {
    return disputesOfAgency(this.deps.db, this.deps.vault, { agencyId, ...page });
  }

  /**
   * The agency's answer. When it agrees, undoing the posting begins in the same transaction, and the money goes back
   * once the agency's system has undone it. Throws `dispute_not_found`, `dispute_answered_already`, `undo_not_possible`
   * when the agency's system knows no way to undo.
   */
  async answer(
    agencyId: string,
    disputeId: string,
    said: { decision: 'upheld' | 'declined'; answer: string; answeredBy: string },
  ): Promise<Dispute> {
    const { db, vault, clock } = this.deps;
    const dispute = await this.found(agencyId, disputeId);
    if (dispute.status !== 'open') throw new DomainError('conflict', 'dispute_answered_already');
    const answer: DisputeAnswer = {
      disputeId,
      status: said.decision,
      answer: said.answer,
      answeredBy: said.answeredBy,
      answeredAtMs: clock.nowMs(),
    };
    const isAnswered =
      said.decision === 'upheld'
        ? await this.undo(dispute, answer)
        : await transact(db, (tx) => answerDispute(tx, vault, answer));
    if (!isAnswered) throw new DomainError('conflict', 'dispute_answered_already');
    return this.found(agencyId, disputeId);
  }

  /** Orders the undoing, with the answer in one transaction; false when somebody was faster. */
  private async undo(dispute: Dispute, answer: DisputeAnswer): Promise<boolean> {
    const [payment] = await loadPayments(this.deps.db, this.deps.vault, [dispute.paymentId]);
    if (payment?.status !== 'posted' || payment.postedAtMs === null) return false;
    const manifest = await this.manifestOf(payment);
    const kind = undoKindOf(manifest, payment.postedAtMs, this.deps.clock.nowMs());
    if (!kind) throw new DomainError('conflict', 'undo_not_possible');
    const round = payment.undo ? payment.undo.round + 1 : 0;
    const undo = { kind, round, disputeId: dispute.disputeId };
    return this.advances.apply(
      payment,
      { event: 'undoOrdered', reason: null, facts: { undo }, retryAtMs: null },
      { attempts: 0, evidence: null, notification: null, disputeAnswer: answer },
    );
  }

  private async found(agencyId: string, disputeId: string): Promise<Dispute> {
    const dispute = isId('dsp', disputeId)
      ? await findDispute(this.deps.db, this.deps.vault, disputeId)
      : null;
    if (dispute?.agencyId !== agencyId) throw new DomainError('notFound', 'dispute_not_found');
    return dispute;
  }

  /** What the agency promised when the payment was made. */
  private async manifestOf({ agencyId, manifestVersion }: Payment): Promise<Manifest> {
    const version = await this.deps.agencies.getAgencyVersion(agencyId, manifestVersion);
    if (!version)
      throw new Error(`a payment under a manifest that never was: ${agencyId} ${manifestVersion}`);
    return version.manifest;
  }
}
