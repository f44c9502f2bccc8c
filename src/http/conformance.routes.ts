import { actorOf, reportOf } from './onboarding.presenter.ts';
import type { OnboardingRoutesOptions } from './onboarding.routes.ts';
import * as schemas from './onboarding.schemas.ts';
import { defineRoute, type Route } from './route.ts';

const forBoth = { tag: 'onboarding', access: 'operatorOrAgency', idempotency: 'none' } as const;
const forOperators = { tag: 'onboarding', access: 'operator', idempotency: 'none' } as const;
const ofAgency = { params: schemas.agencyParams };

/** Testing whether an agency does what its manifest says. */
export function conformanceRoutes({ onboarding, accounts }: OnboardingRoutesOptions): Route[] {
  const path = '/v1/onboardings/{agencyId}/conformance-reports';
  return [
    defineRoute({
      ...forBoth,
      method: 'get',
      path,
      operationId: 'listConformanceReports',
      summary: 'What testing the agency came to',
      request: ofAgency,
      responses: { 200: { description: 'Newest first', schema: schemas.reportsSchema } },
      problems: [],
      handler: async ({ params }) => {
        const reports = await onboarding.conformance.list(params.agencyId);
        return { status: 200, body: { items: reports.map(reportOf) } };
      },
    }),
    defineRoute({
      ...forBoth,
      method: 'post',
      path,
      operationId: 'runConformance',
      summary: 'Test the agency over its connection now',
      request: { ...ofAgency, body: schemas.conformanceBody },
      responses: { 201: { description: 'The signed report', schema: schemas.reportSchema } },
      problems: [
        'onboarding_not_found',
        'onboarding_stage_wrong',
        'connection_not_found',
        'conformance_kit_missing',
        'test_accounts_invalid',
        'manifest_changed',
      ],
      handler: async (input) => {
        const by = actorOf(input, accounts.addressIndex);
        const { params, body } = input;
        const report = await onboarding.conformance.run(params.agencyId, body.testAccounts, by);
        return { status: 201, body: reportOf(report) };
      },
    }),
    defineRoute({
      ...forOperators,
      method: 'post',
      path: '/v1/onboardings/{agencyId}/conformance-attestations',
      operationId: 'attestConformance',
      summary: 'Attach the contract suite’s report, for a connection whose kind has no kit',
      request: { ...ofAgency, body: schemas.attestationBody },
      responses: { 202: { description: 'It waits for approval', schema: schemas.submittedSchema } },
      problems: ['onboarding_not_found', 'onboarding_stage_wrong'],
      handler: async (input) => {
        const by = actorOf(input, accounts.addressIndex);
        const requestId = await onboarding.conformance.attest(input.params.agencyId, input.body, by);
        return { status: 202, body: { requestId } };
      },
    }),
  ];
}
