import { z } from 'zod';
import type { ShownSecret, WebhookDelivery, WebhookEndpoint, WebhookEndpoints } from '../agencies/index.ts';
import * as schemas from './agency-webhooks.schemas.ts';
import { actorOf } from './onboarding.presenter.ts';
import { defineRoute, type Route } from './route.ts';
import { instantOf, instantOrNull, pageOf } from './schemas.ts';

export interface AgencyWebhooksRoutesOptions {
  webhooks: WebhookEndpoints;
  addressIndex(address: string): string;
}

const common = {
  tag: 'agency webhooks',
  access: 'operatorOrAgency',
  keyScope: 'webhooks',
  idempotency: 'none',
} as const;
const ENDPOINTS = '/v1/agencies/{agencyId}/webhook-endpoints';
const ENDPOINT = `${ENDPOINTS}/{endpointId}`;
const DELIVERIES = '/v1/agencies/{agencyId}/webhook-deliveries';

/** Where an agency is told of what happens, by the Standard Webhooks specification, and the log of it. */
export function agencyWebhooksRoutes(options: AgencyWebhooksRoutesOptions): Route[] {
  return [
    ...endpointRoutes(options),
    ...changeRoutes(options),
    ...sendRoutes(options),
    ...logRoutes(options),
  ];
}

function endpointRoutes({ webhooks, addressIndex }: AgencyWebhooksRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      method: 'get',
      path: ENDPOINTS,
      operationId: 'listWebhookEndpoints',
      summary: 'Where the agency is told of what happens',
      request: { params: schemas.agencyParams },
      responses: {
        200: { description: 'Oldest first', schema: z.object({ items: z.array(schemas.endpointSchema) }) },
      },
      problems: [],
      handler: async ({ params }) => {
        const found = await webhooks.list(params.agencyId);
        return { status: 200, body: { items: found.map(endpointOf) } };
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: ENDPOINTS,
      operationId: 'createWebhookEndpoint',
      summary: 'Be told of some kinds of event at an address',
      request: { params: schemas.agencyParams, body: schemas.endpointBody },
      responses: {
        201: { description: 'With its secret, shown this once', schema: schemas.shownEndpointSchema },
      },
      problems: ['onboarding_not_found', 'webhook_url_invalid', 'webhook_endpoints_too_many'],
      handler: async (input) => {
        const by = actorOf(input, addressIndex);
        return shown(await webhooks.create(input.params.agencyId, input.body, by));
      },
    }),
  ];
}

function changeRoutes({ webhooks, addressIndex }: AgencyWebhooksRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      method: 'put',
      path: ENDPOINT,
      operationId: 'updateWebhookEndpoint',
      summary: 'Change address and events; one that was disabled is enabled again',
      request: { params: schemas.endpointParams, body: schemas.endpointBody },
      responses: { 200: { description: 'As it is now', schema: schemas.endpointSchema } },
      problems: ['webhook_endpoint_not_found', 'webhook_url_invalid'],
      handler: async (input) => {
        const { agencyId, endpointId } = input.params;
        const by = actorOf(input, addressIndex);
        return { status: 200, body: endpointOf(await webhooks.update(agencyId, endpointId, input.body, by)) };
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: `${ENDPOINT}/rotate-secret`,
      operationId: 'rotateWebhookSecret',
      summary: 'Make a secret in place of another, which signs on for a while',
      request: { params: schemas.endpointParams, body: schemas.rotateBody },
      responses: {
        201: { description: 'With its secret, shown this once', schema: schemas.shownEndpointSchema },
      },
      problems: ['webhook_endpoint_not_found'],
      handler: async (input) => {
        const { agencyId, endpointId } = input.params;
        const by = actorOf(input, addressIndex);
        return shown(await webhooks.rotate(agencyId, endpointId, input.body.overlapHours, by));
      },
    }),
    defineRoute({
      ...common,
      method: 'delete',
      path: ENDPOINT,
      operationId: 'deleteWebhookEndpoint',
      summary: 'Send nothing more to an address',
      request: { params: schemas.endpointParams },
      responses: { 204: { description: 'It is gone; its log stays for thirty days' } },
      problems: ['webhook_endpoint_not_found'],
      handler: async (input) => {
        const { agencyId, endpointId } = input.params;
        await webhooks.remove(agencyId, endpointId, actorOf(input, addressIndex));
        return { status: 204 };
      },
    }),
  ];
}

function sendRoutes({ webhooks }: AgencyWebhooksRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      method: 'post',
      path: `${ENDPOINT}/test`,
      operationId: 'testWebhookEndpoint',
      summary: 'Send an event of no meaning, endpoint.test',
      request: { params: schemas.endpointParams },
      responses: {
        202: { description: 'It is on its way', schema: schemas.deliverySchema.pick({ deliveryId: true }) },
      },
      problems: ['webhook_endpoint_not_found', 'webhook_endpoint_disabled'],
      handler: async ({ params }) => ({
        status: 202,
        body: { deliveryId: await webhooks.test(params.agencyId, params.endpointId) },
      }),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: `${ENDPOINT}/resend-failed`,
      operationId: 'resendFailedWebhooks',
      summary: 'Send again what failed since a time, the oldest first, at most a thousand at a go',
      request: { params: schemas.endpointParams, body: schemas.resendBody },
      responses: { 202: { description: 'How many', schema: z.object({ count: z.int() }) } },
      problems: ['webhook_endpoint_not_found', 'webhook_endpoint_disabled'],
      handler: async ({ params: { agencyId, endpointId }, body }) => ({
        status: 202,
        body: { count: await webhooks.resendFailed(agencyId, endpointId, Date.parse(body.since)) },
      }),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: `${DELIVERIES}/{deliveryId}/resend`,
      operationId: 'resendWebhook',
      summary: 'Send one event again, under the id it had',
      request: { params: schemas.deliveryParams },
      responses: { 202: { description: 'It is on its way' } },
      problems: ['webhook_delivery_not_found', 'webhook_endpoint_not_found', 'webhook_endpoint_disabled'],
      handler: async ({ params: { agencyId, deliveryId } }) => {
        await webhooks.resend(agencyId, deliveryId);
        return { status: 202 };
      },
    }),
  ];
}

function logRoutes({ webhooks }: AgencyWebhooksRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      method: 'get',
      path: DELIVERIES,
      operationId: 'listWebhookDeliveries',
      summary: 'What the agency was told or is to be told, of the last thirty days',
      request: { params: schemas.agencyParams, query: schemas.deliveriesQuery },
      responses: { 200: { description: 'Newest first', schema: pageOf(schemas.deliverySchema) } },
      problems: ['cursor_invalid'],
      handler: async ({ params, query }) => {
        const { items, nextCursor } = await webhooks.deliveries(params.agencyId, query);
        return { status: 200, body: { items: items.map(deliveryOf), nextCursor } };
      },
    }),
    defineRoute({
      ...common,
      method: 'get',
      path: `${DELIVERIES}/{deliveryId}`,
      operationId: 'getWebhookDelivery',
      summary: 'One event to one endpoint, with each attempt',
      request: { params: schemas.deliveryParams },
      responses: { 200: { description: 'Now', schema: schemas.deliveryDetailSchema } },
      problems: ['webhook_delivery_not_found'],
      handler: async ({ params: { agencyId, deliveryId } }) => {
        const found = await webhooks.delivery(agencyId, deliveryId);
        const log = found.log.map(({ attemptId: _, atMs, ...attempt }) => ({
          at: instantOf(atMs),
          ...attempt,
        }));
        return { status: 200, body: { ...deliveryOf(found), payload: found.payload, log } };
      },
    }),
  ];
}

function shown({ endpoint, secret }: ShownSecret) {
  return { status: 201, body: { ...endpointOf(endpoint), secret } };
}

function endpointOf(endpoint: WebhookEndpoint) {
  const { endpointId, url, eventTypes, status, oldSecretUntilMs, failingSinceMs, createdAtMs } = endpoint;
  return {
    endpointId,
    url,
    eventTypes,
    status,
    oldSecretUntil: oldSecretUntilMs > 0 ? instantOf(oldSecretUntilMs) : null,
    failingSince: instantOrNull(failingSinceMs),
    createdAt: instantOf(createdAtMs),
  };
}

function deliveryOf(delivery: WebhookDelivery) {
  const { deliveryId, endpointId, eventId, eventType, status, attempts } = delivery;
  return {
    ...{ deliveryId, endpointId, eventId, eventType, status, attempts },
    nextAttemptAt: instantOrNull(delivery.nextAttemptAtMs),
    createdAt: instantOf(delivery.createdAtMs),
    endedAt: instantOrNull(delivery.endedAtMs),
  };
}
