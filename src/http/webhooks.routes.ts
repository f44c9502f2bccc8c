import { z } from 'zod';
import type { Billing } from '../billing/index.ts';
import type { InboundRequest } from '../contract/index.ts';
import { defineRoute, type Route, type RouteInput } from './route.ts';

/** Where channels and agencies tell us what they were asked before. */
export function webhooksRoutes({ notifications }: { notifications: Billing['notifications'] }): Route[] {
  const params = z.object({ connectionId: z.string().regex(/^[a-z][a-z0-9-]{2,63}$/) });
  const common = {
    method: 'post',
    tag: 'webhooks',
    access: 'public',
    idempotency: 'webhook',
    request: { params },
    responses: { 204: { description: 'Taken in; the same message again changes nothing' } },
    problems: ['connection_not_found', 'webhook_not_authentic', 'payment_busy'],
  } as const;
  return [
    defineRoute({
      ...common,
      path: '/v1/webhooks/channels/{connectionId}',
      operationId: 'notifyFromChannel',
      summary: 'A channel tells what became of a debit or refund',
      handler: async (input) => {
        await notifications.fromChannel(input.params.connectionId, inboundOf(input));
        return { status: 204 };
      },
    }),
    defineRoute({
      ...common,
      path: '/v1/webhooks/providers/{connectionId}',
      operationId: 'notifyFromProvider',
      summary: 'An agency tells what became of a posting',
      handler: async (input) => {
        await notifications.fromProvider(input.params.connectionId, inboundOf(input));
        return { status: 204 };
      },
    }),
  ];
}

function inboundOf({
  request,
  body,
}: Pick<RouteInput<Record<never, never>>, 'request'> & { body: unknown }): InboundRequest {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  return {
    method: request.method,
    path: request.originalUrl,
    headers: Object.fromEntries(headers),
    rawBody: body as Uint8Array,
  };
}
