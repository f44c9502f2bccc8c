import type { Tx } from '../infra/db/index.ts';
import { refundReference, undoReference } from './billing.rules.ts';
import type { Payment } from './billing.types.ts';

/** A posting that is undone at the agency, or a debit that is given back by the channel. */
export interface PaymentReturn {
  /** Ours, of the undoing or refund itself. */
  reference: string;
  paymentId: string;
  connectionId: string;
  kind: 'refund' | 'undoing';
  /** `pending`: ordered, and not known to be done; `failed`: refused for good. */
  status: 'pending' | 'final' | 'failed';
  /** When the other side did it, as it says; else when we learned where it stands. */
  atMs: number;
}

/** What a step of a payment says of money that goes back. */
export function returnsOf({ before, after }: { before: Payment; after: Payment }): PaymentReturn[] {
  if (after.version === before.version) return [];
  const { paymentId, channelId, connectionId, updatedAtMs } = after;
  const undoing = { paymentId, connectionId, kind: 'undoing', atMs: updatedAtMs } as const;
  const refund = { paymentId, connectionId: channelId, kind: 'refund', atMs: updatedAtMs } as const;
  const returns: PaymentReturn[] = [];
  if (before.status === 'reversing') {
    const isDone = after.status === 'refunding';
    returns.push({
      ...undoing,
      reference: undoReference(before),
      status: isDone ? 'final' : 'failed',
      atMs: (isDone ? after.undo?.undoneAtMs : null) ?? updatedAtMs,
    });
  }
  if (after.status === 'reversing') {
    returns.push({ ...undoing, reference: undoReference(after), status: 'pending' });
  }
  const reference = refundReference(after);
  if (after.status === 'refunding') returns.push({ ...refund, reference, status: 'pending' });
  if (after.status === 'refundBlocked') returns.push({ ...refund, reference, status: 'failed' });
  if (after.status === 'refunded') {
    returns.push({ ...refund, reference, status: 'final', atMs: after.refundedAtMs ?? updatedAtMs });
  }
  return returns;
}

/** Puts down where returns stand now; the last word on each stays. */
export async function writeReturns(tx: Tx, returns: readonly PaymentReturn[]): Promise<void> {
  if (returns.length === 0) return;
  await tx('payment_returns')
    .insert(
      returns.map(({ reference, paymentId, connectionId, kind, status, atMs }) => ({
        reference,
        payment_id: paymentId,
        connection_id: connectionId,
        kind,
        status,
        at_ms: atMs,
      })),
    )
    .onConflict('reference')
    .merge(['status', 'at_ms']);
}
