import { actorOf, approvalOf } from './onboarding.presenter.ts';
import type { OnboardingRoutesOptions } from './onboarding.routes.ts';
import * as schemas from './onboarding.schemas.ts';
import { defineRoute, type Route } from './route.ts';
import { pageOf } from './schemas.ts';

const common = { tag: 'approvals', access: 'operator', idempotency: 'none' } as const;

/** What one person asked for and another one decides. */
export function approvalRoutes(options: OnboardingRoutesOptions): Route[] {
  const { accounts, onboarding } = options;
  const { approvals } = onboarding;
  const responses = { 200: { description: 'As it is now', schema: schemas.approvalSchema } };
  const problems = ['approval_not_found', 'approval_decided'];
  return [
    listRoute(options),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/approvals/{requestId}/approve',
      operationId: 'approveRequest',
      summary: 'Approve what somebody else asked for',
      request: { params: schemas.requestParams },
      responses,
      problems: [
        ...problems,
        'approval_by_submitter',
        'manifest_changed',
        'connection_kind_fixed',
        'catalogue_moved_on',
        'catalogue_entry_unknown',
        'catalogue_entry_wrong',
        'go_live_blocked',
      ],
      handler: async (input) => {
        const by = actorOf(input, accounts.addressIndex);
        return { status: 200, body: approvalOf(await approvals.approve(input.params.requestId, by)) };
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/approvals/{requestId}/return',
      operationId: 'returnRequest',
      summary: 'Send back what somebody else asked for, and say why',
      request: { params: schemas.requestParams, body: schemas.neededReason },
      responses,
      problems: [...problems, 'approval_by_submitter'],
      handler: async (input) => {
        const by = actorOf(input, accounts.addressIndex);
        const { params, body } = input;
        return { status: 200, body: approvalOf(await approvals.return(params.requestId, body.reason, by)) };
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/approvals/{requestId}/withdraw',
      operationId: 'withdrawRequest',
      summary: 'Take back what was asked for, as long as it is not in effect',
      request: { params: schemas.requestParams, body: schemas.optionalReason },
      responses,
      problems,
      handler: async (input) => {
        const by = actorOf(input, accounts.addressIndex);
        const { params, body } = input;
        const approval = await approvals.withdraw(params.requestId, body.reason ?? null, by);
        return { status: 200, body: approvalOf(approval) };
      },
    }),
  ];
}

function listRoute({ onboarding }: OnboardingRoutesOptions): Route {
  return defineRoute({
    ...common,
    method: 'get',
    path: '/v1/approvals',
    operationId: 'listApprovals',
    summary: 'What waits for a second person, or all that ever did',
    request: { query: schemas.approvalQuery },
    responses: { 200: { description: 'Newest first', schema: pageOf(schemas.approvalSchema) } },
    problems: ['cursor_invalid'],
    handler: async ({ query: { state, ...filter } }) => {
      const { items, nextCursor } = await onboarding.approvals.list({ ...filter, isOpen: state === 'open' });
      return { status: 200, body: { items: items.map(approvalOf), nextCursor } };
    },
  });
}
