import {
  actorOf,
  agencyUserOf,
  approvalOf,
  doneBy,
  keyOf,
  settlementAccountOf,
} from './onboarding.presenter.ts';
import type { OnboardingRoutesOptions } from './onboarding.routes.ts';
import * as schemas from './onboarding.schemas.ts';
import { defineRoute, type Route } from './route.ts';
import { instantOf, pageOf, pageQuery } from './schemas.ts';

const forBoth = { tag: 'agency', access: 'operatorOrAgency', idempotency: 'none' } as const;
const ofAgency = { params: schemas.agencyParams };

/** What an agency looks after itself: its keys, its users, where its money goes, and what it was told. */
export function agencySelfServiceRoutes(options: OnboardingRoutesOptions): Route[] {
  return [
    ...keyRoutes(options),
    ...userRoutes(options),
    ...settlementAccountRoutes(options),
    noticesRoute(options),
  ];
}

function keyRoutes({ onboarding, accounts, clock }: OnboardingRoutesOptions): Route[] {
  const { keys } = onboarding;
  const path = '/v1/onboardings/{agencyId}/keys';
  const responses = { 201: { description: 'The key, shown this once', schema: schemas.shownKeySchema } };
  const shown = ({ key, details }: Awaited<ReturnType<typeof keys.create>>) => ({
    status: 201,
    body: { ...keyOf(details, clock.nowMs()), key },
  });
  return [
    defineRoute({
      ...forBoth,
      method: 'get',
      path,
      operationId: 'listAgencyKeys',
      summary: 'The keys of the agency’s own systems',
      request: ofAgency,
      responses: { 200: { description: 'Newest first', schema: schemas.keysSchema } },
      problems: [],
      handler: async ({ params }) => {
        const found = await keys.list(params.agencyId);
        return { status: 200, body: { items: found.map((key) => keyOf(key, clock.nowMs())) } };
      },
    }),
    defineRoute({
      ...forBoth,
      method: 'post',
      path,
      operationId: 'createAgencyKey',
      summary: 'Make a key',
      request: { ...ofAgency, body: schemas.newKeyBody },
      responses,
      problems: ['onboarding_not_found', 'api_keys_too_many'],
      handler: async (input) =>
        shown(await keys.create(input.params.agencyId, input.body, actorOf(input, accounts.addressIndex))),
    }),
    defineRoute({
      ...forBoth,
      method: 'post',
      path: `${path}/{keyId}/rotate`,
      operationId: 'rotateAgencyKey',
      summary: 'Make a key in place of another, which works on for a while',
      request: { params: schemas.keyParams, body: schemas.rotateBody },
      responses,
      problems: ['api_key_not_found', 'api_keys_too_many'],
      handler: async (input) => {
        const { agencyId, keyId } = input.params;
        const by = actorOf(input, accounts.addressIndex);
        return shown(await keys.rotate(agencyId, keyId, input.body.overlapDays, by));
      },
    }),
    defineRoute({
      ...forBoth,
      method: 'delete',
      path: `${path}/{keyId}`,
      operationId: 'revokeAgencyKey',
      summary: 'Let nobody in by a key any more',
      request: { params: schemas.keyParams },
      responses: { 204: { description: 'It is worth nothing now' } },
      problems: ['api_key_not_found'],
      handler: async (input) => {
        const { agencyId, keyId } = input.params;
        await keys.revoke(agencyId, keyId, actorOf(input, accounts.addressIndex));
        return { status: 204 };
      },
    }),
  ];
}

function userRoutes({ onboarding, accounts }: OnboardingRoutesOptions): Route[] {
  const path = '/v1/onboardings/{agencyId}/users';
  return [
    defineRoute({
      ...forBoth,
      method: 'get',
      path,
      operationId: 'listAgencyUsers',
      summary: 'Who signs in for the agency',
      request: ofAgency,
      responses: { 200: { description: 'Oldest first', schema: schemas.agencyUsersSchema } },
      problems: [],
      handler: async ({ params }) => {
        const users = await accounts.staffDirectory.ofAgency(params.agencyId);
        return { status: 200, body: { items: users.map(agencyUserOf) } };
      },
    }),
    defineRoute({
      ...forBoth,
      access: 'operator',
      method: 'post',
      path,
      operationId: 'createAgencyUser',
      summary: 'Let somebody sign in for the agency',
      request: { ...ofAgency, body: schemas.newUserBody },
      responses: { 201: { description: 'What they sign in with', schema: schemas.newUserSchema } },
      problems: ['onboarding_not_found', 'email_invalid', 'staff_email_taken'],
      handler: async (input) => {
        const { agencyId } = input.params;
        await onboarding.get(agencyId);
        const by = doneBy(actorOf(input, accounts.addressIndex));
        const user = { ...input.body, roles: ['agency'] as const, agencyId };
        const { staffId, newPassword, totpUri } = await accounts.staff.create(user, by);
        return { status: 201, body: { staffId, password: newPassword, totpUri } };
      },
    }),
    defineRoute({
      ...forBoth,
      method: 'delete',
      path: `${path}/{staffId}`,
      operationId: 'disableAgencyUser',
      summary: 'Shut a user of the agency out',
      request: { params: schemas.userParams },
      responses: { 204: { description: 'They are signed out, for good' } },
      problems: ['agency_user_not_found'],
      handler: async (input) => {
        const { agencyId, staffId } = input.params;
        const by = doneBy(actorOf(input, accounts.addressIndex));
        await accounts.staffDirectory.disable(agencyId, staffId, by);
        return { status: 204 };
      },
    }),
  ];
}

function settlementAccountRoutes({ onboarding, accounts }: OnboardingRoutesOptions): Route[] {
  const path = '/v1/onboardings/{agencyId}/settlement-account';
  return [
    defineRoute({
      ...forBoth,
      method: 'get',
      path,
      operationId: 'getSettlementAccount',
      summary: 'Where the agency’s money goes, masked, and what is to change',
      request: ofAgency,
      responses: { 200: { description: 'Now', schema: schemas.settlementAccountSchema } },
      problems: ['onboarding_not_found'],
      handler: async ({ params }) => ({
        status: 200,
        body: settlementAccountOf(await onboarding.settlementAccounts.view(params.agencyId)),
      }),
    }),
    defineRoute({
      ...forBoth,
      method: 'post',
      path: `${path}/changes`,
      operationId: 'proposeSettlementAccount',
      summary: 'Ask for another settlement account',
      description: 'An operator who did not ask for it approves; a day later it takes effect.',
      request: { ...ofAgency, body: schemas.settlementAccountBody },
      responses: { 202: { description: 'It waits for approval', schema: schemas.submittedSchema } },
      problems: ['onboarding_not_found', 'settlement_change_pending'],
      handler: async (input) => {
        const by = actorOf(input, accounts.addressIndex);
        const { params, body } = input;
        const requestId = await onboarding.settlementAccounts.propose(params.agencyId, body, by);
        return { status: 202, body: { requestId } };
      },
    }),
    defineRoute({
      ...forBoth,
      method: 'post',
      path: '/v1/onboardings/{agencyId}/requests/{requestId}/withdraw',
      operationId: 'withdrawAgencyRequest',
      summary: 'Take back what was asked for about the agency, as long as it is not in effect',
      request: { params: schemas.changeParams, body: schemas.optionalReason },
      responses: { 200: { description: 'As it is now', schema: schemas.approvalSchema } },
      problems: ['approval_not_found', 'approval_decided'],
      handler: async (input) => {
        const { agencyId, requestId } = input.params;
        const by = actorOf(input, accounts.addressIndex);
        const reason = input.body.reason ?? null;
        const approval = await onboarding.approvals.withdraw(requestId, reason, by, agencyId);
        return { status: 200, body: approvalOf(approval) };
      },
    }),
  ];
}

function noticesRoute({ onboarding }: OnboardingRoutesOptions): Route {
  return defineRoute({
    ...forBoth,
    method: 'get',
    path: '/v1/onboardings/{agencyId}/notices',
    operationId: 'listAgencyNotices',
    summary: 'What the agency was told',
    request: { ...ofAgency, query: pageQuery },
    responses: { 200: { description: 'Newest first', schema: pageOf(schemas.noticeSchema) } },
    problems: [],
    handler: async ({ params, query }) => {
      const { items, nextCursor } = await onboarding.listNotices(params.agencyId, query);
      const shown = items.map(({ createdAtMs, ...notice }) => ({
        ...notice,
        createdAt: instantOf(createdAtMs),
      }));
      return { status: 200, body: { items: shown, nextCursor } };
    },
  });
}
