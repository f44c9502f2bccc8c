import type { Tx } from '../../infra/db/index.ts';
import { addTasks } from '../../infra/outbox/index.ts';
import { newId, randomShardHint } from '../../kernel/ids.ts';
import { findEndpoints, insertDeliveries } from './webhooks.repo.ts';
import type { AgencyEvent, WebhookDelivery } from './webhooks.types.ts';

/** The tasks of deliveries; a task's id is its delivery's. */
export const WEBHOOK_TOPIC = 'agency-webhooks';

/**
 * Tells agencies of events, in the transaction of what happened: one delivery for each endpoint that asks for it. However many
 * events there are, agencies without endpoints cost one look into a small table.
 */
export async function recordAgencyEvents(
  tx: Tx,
  events: readonly AgencyEvent[],
  nowMs: number,
): Promise<void> {
  if (events.length === 0) return;
  const endpoints = await findEndpoints(tx, [...new Set(events.map(({ agencyId }) => agencyId))]);
  if (endpoints.length === 0) return;
  const deliveries = events.flatMap((event) => {
    const payload = payloadOf(event.type, event.data, nowMs);
    const eventId = newId('evt', nowMs, randomShardHint());
    return endpoints
      .filter(({ agencyId, eventTypes }) => agencyId === event.agencyId && eventTypes.includes(event.type))
      .map(({ agencyId, endpointId, status }): WebhookDelivery => {
        const delivery = { agencyId, endpointId, eventId, eventType: event.type, payload };
        // Kept for when the endpoint is well again, and asks for what it missed.
        return newDelivery(delivery, status === 'enabled' ? 'waiting' : 'failed', nowMs);
      });
  });
  await startDeliveries(tx, deliveries, nowMs);
}

/** Writes new deliveries, with the tasks of those that are to be sent. */
export async function startDeliveries(
  tx: Tx,
  deliveries: readonly WebhookDelivery[],
  nowMs: number,
): Promise<void> {
  await insertDeliveries(tx, deliveries);
  const waiting = deliveries.filter(({ status }) => status === 'waiting');
  await addDeliveryTasks(
    tx,
    waiting.map(({ deliveryId }) => deliveryId),
    nowMs,
  );
}

/** Due in a moment, and not now: the sweeper then sends them, and nobody who commits payments has to. */
export async function addDeliveryTasks(tx: Tx, deliveryIds: readonly string[], nowMs: number): Promise<void> {
  const dueAtMs = nowMs + 1;
  await addTasks(
    tx,
    deliveryIds.map((taskId) => ({ taskId, topic: WEBHOOK_TOPIC, dueAtMs })),
    nowMs,
  );
}

export function newDelivery(
  delivery: Pick<WebhookDelivery, 'agencyId' | 'endpointId' | 'eventId' | 'eventType' | 'payload'>,
  status: 'waiting' | 'failed',
  nowMs: number,
): WebhookDelivery {
  return {
    deliveryId: newId('whd', nowMs, randomShardHint()),
    ...delivery,
    status,
    attempts: 0,
    nextAttemptAtMs: status === 'waiting' ? nowMs : null,
    createdAtMs: nowMs,
    endedAtMs: status === 'waiting' ? null : nowMs,
  };
}

/** `{type, timestamp, data}`, as Standard Webhooks proposes. */
export function payloadOf(type: WebhookDelivery['eventType'], data: object, nowMs: number): string {
  return JSON.stringify({ type, timestamp: new Date(nowMs).toISOString(), data });
}
