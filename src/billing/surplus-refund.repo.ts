import type { Reason } from '../contract/index.ts';
import { type Db, type Tx, toInt, toIntOrNull } from '../infra/db/index.ts';
import { money } from '../kernel/money.ts';
import type { SurplusRefund } from './surplus-refund.types.ts';

/** The reference is the key: a second order under it violates it. */
export async function insertSurplusRefund(tx: Tx, refund: SurplusRefund): Promise<void> {
  await tx('surplus_refunds').insert({
    refund_id: refund.refundId,
    payment_id: refund.paymentId,
    channel_id: refund.channelId,
    currency: refund.amount.currency,
    amount_minor: refund.amount.amountMinor,
    created_at_ms: refund.createdAtMs,
    ...changingColumnsOf(refund),
  });
}

/** Writes a step; false when somebody else has taken one since it was read. */
export async function updateSurplusRefund(tx: Tx, after: SurplusRefund, version: number): Promise<boolean> {
  const count = await tx('surplus_refunds')
    .where({ refund_id: after.refundId, version })
    .update(changingColumnsOf(after));
  return count === 1;
}

export async function loadSurplusRefunds(
  db: Db | Tx,
  refundIds: readonly string[],
): Promise<Map<string, SurplusRefund>> {
  const rows = refundIds.length > 0 ? await db('surplus_refunds').whereIn('refund_id', [...refundIds]) : [];
  return new Map(rows.map((row) => [row.refund_id, toSurplusRefund(row)]));
}

/** Those that a channel carried out in a span of time, the end excluded; in the order of their references. */
export async function surplusRefundsBetween(
  db: Db | Tx,
  channelId: string,
  fromMs: number,
  untilMs: number,
): Promise<SurplusRefund[]> {
  const rows = await db('surplus_refunds')
    .where('channel_id', channelId)
    .andWhere('refunded_at_ms', '>=', fromMs)
    .andWhere('refunded_at_ms', '<', untilMs)
    .orderBy('refund_id');
  return rows.map(toSurplusRefund);
}

function changingColumnsOf(refund: SurplusRefund) {
  return {
    status: refund.status,
    version: refund.version,
    reason: refund.reason && JSON.stringify(refund.reason),
    refunded_at_ms: refund.refundedAtMs,
    updated_at_ms: refund.updatedAtMs,
  };
}

function toSurplusRefund(row: Record<string, unknown>): SurplusRefund {
  return {
    refundId: String(row.refund_id),
    paymentId: String(row.payment_id),
    channelId: String(row.channel_id),
    amount: money(toInt(row.amount_minor), String(row.currency)),
    status: row.status as SurplusRefund['status'],
    version: toInt(row.version),
    reason: row.reason ? (JSON.parse(String(row.reason)) as Reason) : null,
    createdAtMs: toInt(row.created_at_ms),
    refundedAtMs: toIntOrNull(row.refunded_at_ms),
    updatedAtMs: toInt(row.updated_at_ms),
  };
}
