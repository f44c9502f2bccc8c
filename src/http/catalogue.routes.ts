import { catalogueOf, catalogueSchema, catalogueSubmissionBody } from './catalogue.schemas.ts';
import { actorOf } from './onboarding.presenter.ts';
import type { OnboardingRoutesOptions } from './onboarding.routes.ts';
import { connectionParams, submittedSchema } from './onboarding.schemas.ts';
import { defineRoute, type Route } from './route.ts';

/** What connections that carry many agencies list, and taking it over. */
export function catalogueRoutes({ onboarding, accounts }: OnboardingRoutesOptions): Route[] {
  const { catalogues } = onboarding;
  const common = { tag: 'connections', access: 'operator', idempotency: 'none' } as const;
  const path = '/v1/connections/{connectionId}/catalogue';
  const responses = { 200: { description: 'What differs from what is live', schema: catalogueSchema } };
  const problems = ['connection_not_found', 'catalogue_not_listed'];
  return [
    defineRoute({
      ...common,
      method: 'get',
      path,
      operationId: 'getCatalogue',
      summary: 'What a connection last listed, compared with what is live now',
      request: { params: connectionParams },
      responses,
      problems: [...problems, 'catalogue_not_synced'],
      handler: async ({ params }) => ({
        status: 200,
        body: catalogueOf(await catalogues.get(params.connectionId)),
      }),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: `${path}/sync`,
      operationId: 'syncCatalogue',
      summary: 'Ask a connection what agencies it carries, and compare them with what is live',
      description: 'Nothing becomes live by it.',
      request: { params: connectionParams },
      responses,
      problems: [...problems, 'catalogue_unavailable'],
      handler: async ({ params }) => ({
        status: 200,
        body: catalogueOf(await catalogues.sync(params.connectionId)),
      }),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: `${path}/submissions`,
      operationId: 'submitCatalogue',
      summary: 'Ask somebody else to approve some of the differences, or all',
      description: 'They hold once they are approved, all of them or none.',
      request: { params: connectionParams, body: catalogueSubmissionBody },
      responses: { 200: { description: 'Waiting', schema: submittedSchema } },
      problems: [
        ...problems,
        'catalogue_not_synced',
        'catalogue_moved_on',
        'catalogue_entry_unknown',
        'catalogue_entry_wrong',
        'catalogue_nothing_new',
      ],
      handler: async (input) => {
        const { revisionId, agencyCodes = null } = input.body;
        const by = actorOf(input, accounts.addressIndex);
        const { connectionId } = input.params;
        const requestId = await catalogues.submit(connectionId, revisionId, agencyCodes, by);
        return { status: 200, body: { requestId } };
      },
    }),
  ];
}
