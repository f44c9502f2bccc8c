import type { Accounts } from '../accounts/index.ts';
import type { OnboardingService } from '../agencies/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { agencySelfServiceRoutes } from './agency-self-service.routes.ts';
import { approvalRoutes } from './approvals.routes.ts';
import { catalogueRoutes } from './catalogue.routes.ts';
import { conformanceRoutes } from './conformance.routes.ts';
import { connectionSettingsRoutes } from './connection-settings.routes.ts';
import { lifecycleRoutes } from './lifecycle.routes.ts';
import { actorOf, onboardingOf, releaseOf } from './onboarding.presenter.ts';
import * as schemas from './onboarding.schemas.ts';
import { defineRoute, type Route } from './route.ts';
import { instantOf, pageOf, pageQuery } from './schemas.ts';

export interface OnboardingRoutesOptions {
  onboarding: OnboardingService;
  accounts: Pick<Accounts, 'staff' | 'staffDirectory' | 'addressIndex'>;
  clock: Clock;
}

/** An agency's way to being live, what it looks after itself, and what operators decide and connect. */
export function onboardingRoutes(options: OnboardingRoutesOptions): Route[] {
  return [
    ...readRoutes(options),
    ...versionRoutes(options),
    ...draftRoutes(options),
    ...conformanceRoutes(options),
    ...lifecycleRoutes(options),
    ...agencySelfServiceRoutes(options),
    ...approvalRoutes(options),
    ...connectionSettingsRoutes(options),
    ...catalogueRoutes(options),
  ];
}

const forBoth = { tag: 'onboarding', access: 'operatorOrAgency', idempotency: 'none' } as const;
const forOperators = { tag: 'onboarding', access: 'operator', idempotency: 'none' } as const;
const ofAgency = { params: schemas.agencyParams };

function readRoutes({ onboarding }: OnboardingRoutesOptions): Route[] {
  return [
    defineRoute({
      ...forOperators,
      method: 'get',
      path: '/v1/onboardings',
      operationId: 'listOnboardings',
      summary: 'Every agency, and how far its next version has come',
      request: { query: schemas.onboardingQuery },
      responses: { 200: { description: 'One page, by id', schema: pageOf(schemas.onboardingSchema) } },
      problems: ['cursor_invalid'],
      handler: async ({ query }) => {
        const { items, nextCursor } = await onboarding.list(query);
        return { status: 200, body: { items: items.map(onboardingOf), nextCursor } };
      },
    }),
    defineRoute({
      ...forBoth,
      method: 'get',
      path: '/v1/onboardings/{agencyId}',
      operationId: 'getOnboarding',
      summary: 'Where an agency stands, and what is missing',
      request: ofAgency,
      responses: { 200: { description: 'Now', schema: schemas.onboardingDetailSchema } },
      problems: ['onboarding_not_found'],
      handler: async ({ params }) => {
        const { missing, ...found } = await onboarding.get(params.agencyId);
        return { status: 200, body: { ...onboardingOf(found), missing } };
      },
    }),
    defineRoute({
      ...forBoth,
      method: 'get',
      path: '/v1/onboardings/{agencyId}/releases',
      operationId: 'listReleases',
      summary: 'What was made live, from when, for whom and by whom',
      request: ofAgency,
      responses: { 200: { description: 'Newest first', schema: schemas.releasesSchema } },
      problems: [],
      handler: async ({ params }) => {
        const releases = await onboarding.listReleases(params.agencyId);
        return { status: 200, body: { items: releases.map(releaseOf) } };
      },
    }),
  ];
}

function versionRoutes({ onboarding }: OnboardingRoutesOptions): Route[] {
  return [
    defineRoute({
      ...forBoth,
      method: 'get',
      path: '/v1/onboardings/{agencyId}/versions',
      operationId: 'listManifestVersions',
      summary: 'Every version of the manifest',
      request: { ...ofAgency, query: pageQuery },
      responses: { 200: { description: 'Newest first', schema: pageOf(schemas.versionSchema) } },
      problems: ['cursor_invalid'],
      handler: async ({ params, query }) => {
        const { items, nextCursor } = await onboarding.listVersions(params.agencyId, query);
        const shown = items.map(({ createdAtMs, ...item }) => ({
          ...item,
          createdAt: instantOf(createdAtMs),
        }));
        return { status: 200, body: { items: shown, nextCursor } };
      },
    }),
    defineRoute({
      ...forBoth,
      method: 'get',
      path: '/v1/onboardings/{agencyId}/versions/{version}',
      operationId: 'getManifestVersion',
      summary: 'One version of the manifest',
      request: { params: schemas.versionParams },
      responses: { 200: { description: 'As it was made', schema: schemas.manifestVersionSchema } },
      problems: ['version_not_found'],
      handler: async ({ params }) => ({
        status: 200,
        body: await onboarding.getVersion(params.agencyId, params.version),
      }),
    }),
    defineRoute({
      ...forBoth,
      method: 'get',
      path: '/v1/onboardings/{agencyId}/diff',
      operationId: 'diffManifestVersions',
      summary: 'What differs between two versions of the manifest',
      request: { ...ofAgency, query: schemas.diffQuery },
      responses: { 200: { description: 'By place', schema: schemas.differencesSchema } },
      problems: ['version_not_found'],
      handler: async ({ params, query }) => ({
        status: 200,
        body: { items: await onboarding.diff(params.agencyId, query.from, query.to) },
      }),
    }),
  ];
}

function draftRoutes({ onboarding, accounts }: OnboardingRoutesOptions): Route[] {
  return [
    defineRoute({
      ...forBoth,
      method: 'put',
      path: '/v1/onboardings/{agencyId}/manifest',
      operationId: 'putManifest',
      summary: 'Begin an agency, or work on its next version',
      description: 'What is live stays so. Content equal to what is being worked on makes no new version.',
      request: { ...ofAgency, body: schemas.manifestBody },
      responses: {
        200: {
          description: 'The version being worked on',
          schema: schemas.versionSchema.pick({ version: true }),
        },
      },
      problems: ['manifest_invalid', 'region_unknown', 'onboarding_stage_wrong', 'agency_retired'],
      handler: async (input) => {
        const by = actorOf(input, accounts.addressIndex);
        const version = await onboarding.drafts.put(input.params.agencyId, input.body, by);
        return { status: 200, body: { version } };
      },
    }),
    defineRoute({
      ...forBoth,
      method: 'post',
      path: '/v1/onboardings/{agencyId}/enter-sandbox',
      operationId: 'enterSandbox',
      summary: 'Tie the draft to its connection, so that it can be tested',
      request: ofAgency,
      responses: { 204: { description: 'It can be tested' } },
      problems: [
        'onboarding_not_found',
        'onboarding_stage_wrong',
        'connection_not_found',
        'plug_in_unknown',
        'capability_missing',
      ],
      handler: async (input) => {
        await onboarding.drafts.enterSandbox(input.params.agencyId, actorOf(input, accounts.addressIndex));
        return { status: 204 };
      },
    }),
    defineRoute({
      ...forBoth,
      method: 'post',
      path: '/v1/onboardings/{agencyId}/submit',
      operationId: 'submitManifest',
      summary: 'Ask for the version to be approved by somebody else',
      request: ofAgency,
      responses: { 202: { description: 'It waits for approval', schema: schemas.submittedSchema } },
      problems: ['onboarding_not_found', 'onboarding_stage_wrong', 'conformance_not_passed'],
      handler: async (input) => {
        const by = actorOf(input, accounts.addressIndex);
        const requestId = await onboarding.lifecycle.submit(input.params.agencyId, by);
        return { status: 202, body: { requestId } };
      },
    }),
  ];
}
