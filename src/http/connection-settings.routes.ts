import { actorOf } from './onboarding.presenter.ts';
import type { OnboardingRoutesOptions } from './onboarding.routes.ts';
import * as schemas from './onboarding.schemas.ts';
import { defineRoute, type Route } from './route.ts';
import { instantOf } from './schemas.ts';

/** The ways to agencies and banks, whose settings are never shown again. */
export function connectionSettingsRoutes({ onboarding, accounts }: OnboardingRoutesOptions): Route[] {
  const { connections } = onboarding;
  const common = { tag: 'connections', access: 'operator', idempotency: 'none' } as const;
  return [
    defineRoute({
      ...common,
      method: 'get',
      path: '/v1/plug-ins',
      operationId: 'listPlugIns',
      summary: 'The kinds of providers and channels there are, and what settings each takes',
      request: {},
      responses: { 200: { description: 'All of them', schema: schemas.plugInsSchema } },
      problems: [],
      handler: async () => ({ status: 200, body: { items: connections.plugIns() } }),
    }),
    defineRoute({
      ...common,
      method: 'get',
      path: '/v1/connections',
      operationId: 'listConnectionSettings',
      summary: 'Every connection, without its settings',
      request: {},
      responses: { 200: { description: 'By id', schema: schemas.connectionsSchema } },
      problems: [],
      handler: async () => {
        const rows = await connections.list();
        const items = rows.map(({ updatedAtMs, ...row }) => ({ ...row, updatedAt: instantOf(updatedAtMs) }));
        return { status: 200, body: { items } };
      },
    }),
    defineRoute({
      ...common,
      method: 'put',
      path: '/v1/connections/{connectionId}',
      operationId: 'putConnection',
      summary: 'Put a connection in place, or other settings',
      description: 'At once for trying out; what carries real payments has to be approved by somebody else.',
      request: { params: schemas.connectionParams, body: schemas.connectionBody },
      responses: { 200: { description: 'In place, or waiting', schema: schemas.connectionPutSchema } },
      problems: ['connection_invalid', 'connection_kind_fixed', 'plug_in_unknown'],
      handler: async (input) => {
        const { environment, ...connection } = input.body;
        const { connectionId } = input.params;
        const by = actorOf(input, accounts.addressIndex);
        const requestId = await connections.put({ connectionId, ...connection }, environment, by);
        return { status: 200, body: { requestId } };
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/connections/{connectionId}/test',
      operationId: 'testConnection',
      summary: 'Ask the other side a harmless question',
      request: { params: schemas.connectionParams },
      responses: { 200: { description: 'What came back', schema: schemas.connectionTestSchema } },
      problems: ['connection_not_found'],
      handler: async ({ params }) => ({ status: 200, body: await connections.test(params.connectionId) }),
    }),
  ];
}
