import { type Db, type Tx, toInt, toIntOrNull } from '../../infra/db/index.ts';
import type {
  DeliveryStatus,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEventType,
} from './webhooks.types.ts';

export interface EndpointRow extends WebhookEndpoint {
  sealedSecret: string;
  sealedOldSecret: string | null;
}

type Row = Record<string, unknown>;

export async function insertEndpoint(tx: Tx, endpoint: EndpointRow): Promise<void> {
  await tx('webhook_endpoints').insert({
    agency_id: endpoint.agencyId,
    endpoint_id: endpoint.endpointId,
    url: endpoint.url,
    event_types: endpoint.eventTypes.join(' '),
    sealed_secret: endpoint.sealedSecret,
    sealed_old_secret: endpoint.sealedOldSecret,
    old_secret_until_ms: endpoint.oldSecretUntilMs,
    status: endpoint.status,
    failing_since_ms: endpoint.failingSinceMs,
    created_by: endpoint.createdBy,
    created_at_ms: endpoint.createdAtMs,
  });
}

/** All endpoints of some agencies, oldest first. */
export async function findEndpoints(db: Db | Tx, agencyIds: readonly string[]): Promise<EndpointRow[]> {
  const rows: Row[] = await db('webhook_endpoints')
    .whereIn('agency_id', [...agencyIds])
    .orderBy('endpoint_id');
  return rows.map(endpointOf);
}

/** Locked until the transaction ends. */
export async function lockEndpoint(
  tx: Tx,
  agencyId: string,
  endpointId: string,
): Promise<EndpointRow | null> {
  const row = await tx('webhook_endpoints')
    .where({ agency_id: agencyId, endpoint_id: endpointId })
    .forUpdate()
    .first();
  return row ? endpointOf(row) : null;
}

export async function updateEndpoint(tx: Tx, endpoint: EndpointRow): Promise<void> {
  await tx('webhook_endpoints')
    .where({ agency_id: endpoint.agencyId, endpoint_id: endpoint.endpointId })
    .update({
      url: endpoint.url,
      event_types: endpoint.eventTypes.join(' '),
      sealed_secret: endpoint.sealedSecret,
      sealed_old_secret: endpoint.sealedOldSecret,
      old_secret_until_ms: endpoint.oldSecretUntilMs,
      status: endpoint.status,
      failing_since_ms: endpoint.failingSinceMs,
    });
}

export async function deleteEndpoint(tx: Tx, agencyId: string, endpointId: string): Promise<void> {
  await tx('webhook_endpoints').where({ agency_id: agencyId, endpoint_id: endpointId }).delete();
}

export async function insertDeliveries(tx: Tx, deliveries: readonly WebhookDelivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  await tx('webhook_deliveries').insert(
    deliveries.map((delivery) => ({
      delivery_id: delivery.deliveryId,
      agency_id: delivery.agencyId,
      endpoint_id: delivery.endpointId,
      event_id: delivery.eventId,
      event_type: delivery.eventType,
      payload: delivery.payload,
      status: delivery.status,
      attempts: delivery.attempts,
      next_attempt_at_ms: delivery.nextAttemptAtMs,
      created_at_ms: delivery.createdAtMs,
      ended_at_ms: delivery.endedAtMs,
    })),
  );
}

export async function loadDeliveries(
  db: Db | Tx,
  deliveryIds: readonly string[],
): Promise<WebhookDelivery[]> {
  const rows: Row[] = await db('webhook_deliveries').whereIn('delivery_id', [...deliveryIds]);
  return rows.map(deliveryOf);
}

/** Newest first, before `beforeId`. */
export async function findDeliveries(
  db: Db,
  filter: {
    agencyId: string;
    endpointId?: string;
    status?: DeliveryStatus;
    beforeId: string | null;
    limit: number;
  },
): Promise<WebhookDelivery[]> {
  const query = db('webhook_deliveries')
    .where({ agency_id: filter.agencyId })
    .orderBy('delivery_id', 'desc')
    .limit(filter.limit);
  if (filter.endpointId !== undefined) query.where({ endpoint_id: filter.endpointId });
  if (filter.status !== undefined) query.where({ status: filter.status });
  if (filter.beforeId !== null) query.where('delivery_id', '<', filter.beforeId);
  const rows: Row[] = await query;
  return rows.map(deliveryOf);
}

/** Failed deliveries of an endpoint since a time, oldest first, locked until the transaction ends. */
export async function lockFailed(
  tx: Tx,
  filter: { agencyId: string; endpointId: string; sinceMs: number; limit: number },
): Promise<string[]> {
  return tx('webhook_deliveries')
    .where({ endpoint_id: filter.endpointId, status: 'failed', agency_id: filter.agencyId })
    .andWhere('created_at_ms', '>=', filter.sinceMs)
    .orderBy('delivery_id')
    .limit(filter.limit)
    .forUpdate()
    .pluck('delivery_id');
}

/** Begins deliveries anew that are over; returns how many of them there were. */
export async function restartDeliveries(
  tx: Tx,
  deliveryIds: readonly string[],
  nextAttemptAtMs: number,
): Promise<number> {
  return tx('webhook_deliveries')
    .whereIn('delivery_id', [...deliveryIds])
    .andWhereNot('status', 'waiting')
    .update({ status: 'waiting', attempts: 0, next_attempt_at_ms: nextAttemptAtMs, ended_at_ms: null });
}

/** Writes what became of an attempt; false when another worker was faster. */
export async function updateDelivery(
  tx: Tx,
  before: WebhookDelivery,
  after: Pick<WebhookDelivery, 'status' | 'attempts' | 'nextAttemptAtMs' | 'endedAtMs'>,
): Promise<boolean> {
  const count = await tx('webhook_deliveries')
    .where({ delivery_id: before.deliveryId, status: 'waiting', attempts: before.attempts })
    .update({
      status: after.status,
      attempts: after.attempts,
      next_attempt_at_ms: after.nextAttemptAtMs,
      ended_at_ms: after.endedAtMs,
    });
  return count === 1;
}

export async function insertAttempt(tx: Tx, deliveryId: string, attempt: WebhookAttempt): Promise<void> {
  await tx('webhook_attempts').insert({
    delivery_id: deliveryId,
    attempt_id: attempt.attemptId,
    at_ms: attempt.atMs,
    status_code: attempt.statusCode,
    cause: attempt.cause,
    duration_ms: attempt.durationMs,
    answer: attempt.answer,
  });
}

/** Newest first. */
export async function findAttempts(db: Db, deliveryId: string): Promise<WebhookAttempt[]> {
  const rows: Row[] = await db('webhook_attempts')
    .where({ delivery_id: deliveryId })
    .orderBy('attempt_id', 'desc')
    .limit(100);
  return rows.map((row) => ({
    attemptId: String(row.attempt_id),
    atMs: toInt(row.at_ms),
    statusCode: toInt(row.status_code),
    cause: row.cause as string | null,
    durationMs: toInt(row.duration_ms),
    answer: String(row.answer),
  }));
}

/** Deletes deliveries that are over and older than a time, with their attempts; returns how many. */
export async function purgeDeliveries(tx: Tx, beforeMs: number, limit: number): Promise<number> {
  const ids: string[] = await tx('webhook_deliveries')
    .where('created_at_ms', '<', beforeMs)
    .andWhereNot('status', 'waiting')
    .orderBy('created_at_ms')
    .limit(limit)
    .pluck('delivery_id');
  if (ids.length === 0) return 0;
  await tx('webhook_attempts').whereIn('delivery_id', ids).delete();
  return tx('webhook_deliveries').whereIn('delivery_id', ids).delete();
}

function endpointOf(row: Row): EndpointRow {
  return {
    agencyId: String(row.agency_id),
    endpointId: String(row.endpoint_id),
    url: String(row.url),
    eventTypes: String(row.event_types).split(' ') as WebhookEventType[],
    sealedSecret: String(row.sealed_secret),
    sealedOldSecret: row.sealed_old_secret as string | null,
    oldSecretUntilMs: toInt(row.old_secret_until_ms),
    status: row.status as WebhookEndpoint['status'],
    failingSinceMs: toIntOrNull(row.failing_since_ms),
    createdBy: String(row.created_by),
    createdAtMs: toInt(row.created_at_ms),
  };
}

function deliveryOf(row: Row): WebhookDelivery {
  return {
    deliveryId: String(row.delivery_id),
    agencyId: String(row.agency_id),
    endpointId: String(row.endpoint_id),
    eventId: String(row.event_id),
    eventType: row.event_type as WebhookDelivery['eventType'],
    payload: String(row.payload),
    status: row.status as DeliveryStatus,
    attempts: toInt(row.attempts),
    nextAttemptAtMs: toIntOrNull(row.next_attempt_at_ms),
    createdAtMs: toInt(row.created_at_ms),
    endedAtMs: toIntOrNull(row.ended_at_ms),
  };
}
