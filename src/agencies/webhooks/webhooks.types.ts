import type { Money } from '../../kernel/money.ts';

/** What agencies can be told. `endpoint.test` is sent on demand, whatever an endpoint asks for. */
export const WEBHOOK_EVENT_TYPES = [
  'payment.posted',
  'payment.undone',
  'dispute.opened',
  'settlementAccount.changeRequested',
  'manifest.versionLive',
  'billFile.imported',
] as const;
export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];

/** Something an agency is told: ids, amounts and references, never personal data. */
export interface AgencyEvent {
  agencyId: string;
  type: WebhookEventType;
  data: Readonly<Record<string, string | number | Money | null>>;
}

/** Where an agency wants to be told of some kinds of event. Its secrets are not in it. */
export interface WebhookEndpoint {
  endpointId: string;
  agencyId: string;
  url: string;
  eventTypes: readonly WebhookEventType[];
  status: 'enabled' | 'disabled';
  /** Until when requests carry the old secret's signature too; in the past where no secret was replaced. */
  oldSecretUntilMs: number;
  /** Since when nothing has got through; null while it does. */
  failingSinceMs: number | null;
  createdBy: string;
  createdAtMs: number;
}

export const DELIVERY_STATUSES = ['waiting', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One event on its way to one endpoint. */
export interface WebhookDelivery {
  deliveryId: string;
  agencyId: string;
  endpointId: string;
  /** The same for every endpoint and every attempt: receivers know by it what they had already. */
  eventId: string;
  eventType: WebhookEventType | 'endpoint.test';
  /** The JSON that is sent. */
  payload: string;
  status: DeliveryStatus;
  /** Since it was begun, or begun again. */
  attempts: number;
  nextAttemptAtMs: number | null;
  createdAtMs: number;
  endedAtMs: number | null;
}

/** One time a delivery was sent. */
export interface WebhookAttempt {
  attemptId: string;
  atMs: number;
  /** 0 where no answer came; `cause` then says why. */
  statusCode: number;
  cause: string | null;
  durationMs: number;
  /** The beginning of the answer, with its numbers masked. */
  answer: string;
}
