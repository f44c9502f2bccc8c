import { randomBytes } from 'node:crypto';
import { type Tx, transact } from '../../infra/db/index.ts';
import { isBlockedLiteral } from '../../infra/dialling/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { isId, newId, randomShardHint } from '../../kernel/ids.ts';
import type { Page } from '../agencies.types.ts';
import { record } from '../onboarding/onboarding.context.ts';
import type { Actor } from '../onboarding/onboarding.types.ts';
import { lockKnown } from '../onboarding/versions-in-work.ts';
import { addDeliveryTasks, newDelivery, payloadOf, startDeliveries } from './agency-events.ts';
import { SEALED_SECRET, type WebhookDeps } from './webhook-delivery.service.ts';
import * as repo from './webhooks.repo.ts';
import { isWebhookUrl } from './webhooks.rules.ts';
import type {
  DeliveryStatus,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEventType,
} from './webhooks.types.ts';

/** As many bits as the digest has. */
const SECRET_BYTES = 32;
const MAX_ENDPOINTS = 10;
const HOUR_MS = 3_600_000;
/** Begun anew at one go; whoever has more asks again. */
const MAX_RESENT = 1_000;

/** For how long requests carry the signature of a secret that was replaced, too. */
export const SECRET_OVERLAP_HOURS = { default: 24, most: 168 } as const;

export interface WantedEndpoint {
  url: string;
  eventTypes: readonly WebhookEventType[];
}

/** An endpoint whose secret was just made: it is shown once, here. */
export interface ShownSecret {
  endpoint: WebhookEndpoint;
  /** `whsec_` and base64. */
  secret: string;
}

/** Where agencies want to be told, what was sent there, and sending it again. */
export class WebhookEndpoints {
  private readonly deps: WebhookDeps;

  constructor(deps: WebhookDeps) {
    this.deps = deps;
  }

  /** Oldest first. */
  async list(agencyId: string): Promise<WebhookEndpoint[]> {
    return (await repo.findEndpoints(this.deps.db, [agencyId])).map(shownOf);
  }

  /** Refuses with `onboarding_not_found`, `webhook_url_invalid`, `webhook_endpoints_too_many`. */
  async create(agencyId: string, wanted: WantedEndpoint, by: Actor): Promise<ShownSecret> {
    const { db, vault, clock } = this.deps;
    this.checkUrl(wanted.url);
    return transact(db, async (tx) => {
      const nowMs = clock.nowMs();
      await lockKnown(tx, agencyId, nowMs);
      if ((await repo.findEndpoints(tx, [agencyId])).length >= MAX_ENDPOINTS) {
        throw new DomainError('conflict', 'webhook_endpoints_too_many', {
          params: { maximum: MAX_ENDPOINTS },
        });
      }
      const secret = newSecret();
      const endpoint: repo.EndpointRow = {
        agencyId,
        endpointId: newId('whe', nowMs, randomShardHint()),
        url: wanted.url,
        eventTypes: [...new Set(wanted.eventTypes)],
        sealedSecret: vault.seal(secret, SEALED_SECRET),
        sealedOldSecret: null,
        oldSecretUntilMs: 0,
        status: 'enabled',
        failingSinceMs: null,
        createdBy: by.id,
        createdAtMs: nowMs,
      };
      await repo.insertEndpoint(tx, endpoint);
      await this.note(tx, endpoint, by, 'webhookEndpoint.create');
      return { endpoint: shownOf(endpoint), secret };
    });
  }

  /** Changes address and events; one that was disabled is enabled again. Refuses with `webhook_endpoint_not_found`, `webhook_url_invalid`. */
  async update(
    agencyId: string,
    endpointId: string,
    wanted: WantedEndpoint,
    by: Actor,
  ): Promise<WebhookEndpoint> {
    this.checkUrl(wanted.url);
    return transact(this.deps.db, async (tx) => {
      const found = await this.lock(tx, agencyId, endpointId);
      const endpoint: repo.EndpointRow = {
        ...found,
        url: wanted.url,
        eventTypes: [...new Set(wanted.eventTypes)],
        status: 'enabled',
        failingSinceMs: null,
      };
      await repo.updateEndpoint(tx, endpoint);
      await this.note(tx, endpoint, by, 'webhookEndpoint.update');
      return shownOf(endpoint);
    });
  }

  /**
   * Makes another secret. For `overlapHours` requests are signed by both, so that the receiver can change over at its own time.
   * Refuses with `webhook_endpoint_not_found`.
   */
  rotate(agencyId: string, endpointId: string, overlapHours: number, by: Actor): Promise<ShownSecret> {
    const { db, vault, clock } = this.deps;
    return transact(db, async (tx) => {
      const found = await this.lock(tx, agencyId, endpointId);
      const secret = newSecret();
      const endpoint: repo.EndpointRow = {
        ...found,
        sealedSecret: vault.seal(secret, SEALED_SECRET),
        sealedOldSecret: found.sealedSecret,
        oldSecretUntilMs: clock.nowMs() + overlapHours * HOUR_MS,
      };
      await repo.updateEndpoint(tx, endpoint);
      await this.note(tx, endpoint, by, 'webhookEndpoint.rotate');
      return { endpoint: shownOf(endpoint), secret };
    });
  }

  /** Nothing more is sent there. Refuses with `webhook_endpoint_not_found`. */
  remove(agencyId: string, endpointId: string, by: Actor): Promise<void> {
    return transact(this.deps.db, async (tx) => {
      const found = await this.lock(tx, agencyId, endpointId);
      await repo.deleteEndpoint(tx, agencyId, endpointId);
      await this.note(tx, found, by, 'webhookEndpoint.remove');
    });
  }

  /** Sends an event of no meaning. Returns its delivery's id. Refuses with `webhook_endpoint_not_found`, `webhook_endpoint_disabled`. */
  test(agencyId: string, endpointId: string): Promise<string> {
    return transact(this.deps.db, async (tx) => {
      const nowMs = this.deps.clock.nowMs();
      await this.lockEnabled(tx, agencyId, endpointId);
      const eventType = 'endpoint.test';
      const payload = payloadOf(eventType, { agencyId, endpointId }, nowMs);
      const eventId = newId('evt', nowMs, randomShardHint());
      const delivery = newDelivery({ agencyId, endpointId, eventId, eventType, payload }, 'waiting', nowMs);
      await startDeliveries(tx, [delivery], nowMs);
      return delivery.deliveryId;
    });
  }

  /** Newest first. Refuses with `cursor_invalid`. */
  async deliveries(
    agencyId: string,
    {
      limit,
      cursor,
      ...filter
    }: {
      limit: number;
      cursor?: string;
      endpointId?: string;
      status?: DeliveryStatus;
    },
  ): Promise<Page<WebhookDelivery>> {
    if (cursor !== undefined && !isId('whd', cursor)) throw new DomainError('invalid', 'cursor_invalid');
    const beforeId = cursor ?? null;
    const found = await repo.findDeliveries(this.deps.db, {
      agencyId,
      ...filter,
      beforeId,
      limit: limit + 1,
    });
    const items = found.slice(0, limit);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.deliveryId ?? null) : null };
  }

  /** With its attempts, newest first. Refuses with `webhook_delivery_not_found`. */
  async delivery(
    agencyId: string,
    deliveryId: string,
  ): Promise<WebhookDelivery & { log: readonly WebhookAttempt[] }> {
    const [found] = await repo.loadDeliveries(this.deps.db, [deliveryId]);
    if (found?.agencyId !== agencyId) throw new DomainError('notFound', 'webhook_delivery_not_found');
    return { ...found, log: await repo.findAttempts(this.deps.db, deliveryId) };
  }

  /**
   * Begins one delivery anew, under the id it had; one that waits is sent by itself and left alone. Refuses with
   * `webhook_delivery_not_found`, `webhook_endpoint_not_found`, `webhook_endpoint_disabled`.
   */
  resend(agencyId: string, deliveryId: string): Promise<void> {
    return transact(this.deps.db, async (tx) => {
      const [found] = await repo.loadDeliveries(tx, [deliveryId]);
      if (found?.agencyId !== agencyId) throw new DomainError('notFound', 'webhook_delivery_not_found');
      await this.lockEnabled(tx, agencyId, found.endpointId);
      await this.restart(tx, [deliveryId]);
    });
  }

  /**
   * Begins everything anew that failed at an endpoint since a time, oldest first and at most a thousand; returns how many.
   * Refuses with `webhook_endpoint_not_found`, `webhook_endpoint_disabled`.
   */
  resendFailed(agencyId: string, endpointId: string, sinceMs: number): Promise<number> {
    return transact(this.deps.db, async (tx) => {
      await this.lockEnabled(tx, agencyId, endpointId);
      const failed = await repo.lockFailed(tx, { agencyId, endpointId, sinceMs, limit: MAX_RESENT });
      return this.restart(tx, failed);
    });
  }

  /** The endpoint is locked meanwhile, so that two who ask at once make one task each delivery. */
  private async restart(tx: Tx, deliveryIds: readonly string[]): Promise<number> {
    const nowMs = this.deps.clock.nowMs();
    if ((await repo.restartDeliveries(tx, deliveryIds, nowMs)) === 0) return 0;
    await addDeliveryTasks(tx, deliveryIds, nowMs);
    return deliveryIds.length;
  }

  private checkUrl(url: string): void {
    const allowPrivate = this.deps.allowPrivateAddresses;
    if (isWebhookUrl(url, { allowPrivate, isBlocked: isBlockedLiteral })) return;
    throw new DomainError('invalid', 'webhook_url_invalid');
  }

  private async lock(tx: Tx, agencyId: string, endpointId: string): Promise<repo.EndpointRow> {
    const found = await repo.lockEndpoint(tx, agencyId, endpointId);
    if (!found) throw new DomainError('notFound', 'webhook_endpoint_not_found');
    return found;
  }

  private async lockEnabled(tx: Tx, agencyId: string, endpointId: string): Promise<void> {
    const { status } = await this.lock(tx, agencyId, endpointId);
    if (status === 'disabled') throw new DomainError('conflict', 'webhook_endpoint_disabled');
  }

  private async note(tx: Tx, { agencyId, endpointId }: WebhookEndpoint, by: Actor, action: string) {
    const object = { kind: 'webhookEndpoint', id: endpointId };
    await record(tx, this.deps, by, action, object, { agencyId });
  }
}

function shownOf({ sealedSecret: _, sealedOldSecret: __, ...endpoint }: repo.EndpointRow): WebhookEndpoint {
  return endpoint;
}

function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}
