import type { AgencyEvent } from '../agencies/index.ts';
import type { Payment } from './billing.types.ts';
import type { Dispute } from './dispute.types.ts';

/** What a payment's step is to its agency: most are nothing. */
export function paymentEvents({ before, after }: { before: Payment; after: Payment }): AgencyEvent[] {
  if (after.version === before.version) return [];
  const { agencyId, paymentId, agencyReference, amount } = after;
  const data = { paymentId, agencyReference, amount };
  if (after.status === 'posted' && before.status !== 'reversing') {
    return [{ agencyId, type: 'payment.posted', data: { ...data, postedAt: instant(after.postedAtMs) } }];
  }
  if (before.status === 'reversing' && after.status === 'refunding') {
    const undone = { undo: before.undo?.kind ?? null, disputeId: before.undo?.disputeId ?? null };
    return [{ agencyId, type: 'payment.undone', data: { ...data, ...undone } }];
  }
  return [];
}

export function disputeOpened(dispute: Dispute, payment: Payment): AgencyEvent {
  const { disputeId, paymentId, agencyId, reason, dueAtMs } = dispute;
  const { agencyReference } = payment;
  const data = { disputeId, paymentId, agencyReference, reason, dueAt: instant(dueAtMs) };
  return { agencyId, type: 'dispute.opened', data };
}

function instant(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
