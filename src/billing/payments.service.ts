import { DomainError } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import type { BillingDeps } from './billing.deps.ts';
import type { Payment, PaymentStep } from './billing.types.ts';
import { listPayments, listSteps, loadPayments, readVersions } from './payment.repo.ts';

/** A payment with how it came to be where it is. */
export interface PaymentView extends Payment {
  timeline: readonly PaymentStep[];
}

/** A resident's view of their payments. Another's payment does not exist for them. */
export class Payments {
  private readonly deps: BillingDeps;

  constructor(deps: BillingDeps) {
    this.deps = deps;
  }

  /** Throws `payment_not_found`. */
  async get(residentId: string, paymentId: string): Promise<PaymentView> {
    const [payment] = isId('pay', paymentId)
      ? await loadPayments(this.deps.db, this.deps.vault, [paymentId])
      : [];
    if (payment?.residentId !== residentId) throw new DomainError('notFound', 'payment_not_found');
    const [view] = await this.withTimelines([payment]);
    if (!view) throw new DomainError('notFound', 'payment_not_found');
    return view;
  }

  /** Newest first; `beforeId` is the last one of the page before. */
  async list(residentId: string, limit: number, beforeId: string | null): Promise<PaymentView[]> {
    const page = { limit, beforeId };
    return this.withTimelines(await listPayments(this.deps.db, this.deps.vault, residentId, page));
  }

  /** Present versions of payments, for whoever waits for them to change. */
  versions(paymentIds: readonly string[]): Promise<Map<string, number>> {
    return readVersions(this.deps.db, paymentIds);
  }

  private async withTimelines(payments: readonly Payment[]): Promise<PaymentView[]> {
    const steps = await listSteps(
      this.deps.db,
      payments.map((payment) => payment.paymentId),
    );
    return payments.map((payment) => ({ ...payment, timeline: steps.get(payment.paymentId) ?? [] }));
  }
}
