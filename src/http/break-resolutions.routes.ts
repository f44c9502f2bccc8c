import { resolutionOf, selectedIds } from './breaks.presenter.ts';
import type { BreaksRoutesOptions } from './breaks.routes.ts';
import * as schemas from './breaks.schemas.ts';
import { actorOf, doneBy } from './onboarding.presenter.ts';
import { problemTexts } from './problem.ts';
import { defineRoute, type Route } from './route.ts';
import { pageOf } from './schemas.ts';

const BASE = '/v1/reconciliation/break-resolutions';
const common = { tag: 'reconciliation', access: 'finance', idempotency: 'none' } as const;

const IN_THE_WAY = [
  'break_not_found',
  'break_not_open',
  'breaks_of_several_sources',
  'breaks_changed',
  'breaks_too_many',
  'break_amounts_differ',
  'break_above_limit',
  'break_account_not_allowed',
  'break_not_refundable',
  'break_not_resendable',
  'break_waits_for_file',
];

/** How breaks are closed by hand: one person asks, another one approves where money moves. */
export function resolutionRoutes(options: BreaksRoutesOptions): Route[] {
  return [...askRoutes(options), ...readRoutes(options), ...decideRoutes(options)];
}

function askRoutes({ breaks, addressIndex }: BreaksRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      method: 'post',
      path: `${BASE}/preview`,
      operationId: 'previewBreakResolution',
      summary: 'What would be booked, who has to approve, and what stands in the way',
      request: { body: schemas.previewBody },
      responses: { 200: { description: 'Nothing has changed', schema: schemas.previewSchema } },
      problems: ['break_not_found', 'break_not_open', 'breaks_too_many', 'breaks_not_named'],
      handler: async ({ body, language }) => {
        const ids = await selectedIds(breaks.views, body, ['open']);
        const preview = await breaks.preview(ids, body.kind, body.account);
        const { obstacle } = preview;
        const explained = obstacle && { ...obstacle, ...problemTexts(obstacle.code, {}, language) };
        return { status: 200, body: { ...preview, obstacle: explained } };
      },
    }),
    defineRoute({
      ...common,
      idempotency: 'required',
      method: 'post',
      path: BASE,
      operationId: 'proposeBreakResolution',
      summary: 'Ask for breaks to be closed; what needs no second person is done at once',
      request: { body: schemas.proposeBody },
      responses: { 201: { description: 'Asked for, or done', schema: schemas.resolutionSchema } },
      problems: IN_THE_WAY,
      handler: async (input) => {
        const { breaksSha256, ...proposal } = input.body;
        const by = doneBy(actorOf(input, addressIndex));
        const made = await breaks.resolutions.propose(
          { ...proposal, ...(breaksSha256 && { breaksSha256 }) },
          by,
        );
        return { status: 201, body: resolutionOf(made) };
      },
    }),
  ];
}

function readRoutes({ breaks }: BreaksRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      access: 'financeOrOperator',
      method: 'get',
      path: BASE,
      operationId: 'listBreakResolutions',
      summary: 'What waits for a second person, oldest first',
      request: { query: schemas.resolutionsQuery },
      responses: { 200: { description: 'One page', schema: pageOf(schemas.resolutionSchema) } },
      problems: ['cursor_invalid'],
      handler: async ({ query: { limit, cursor } }) => {
        const { items, nextCursor } = await breaks.views.proposals({ limit, ...(cursor && { cursor }) });
        return { status: 200, body: { items: items.map(resolutionOf), nextCursor } };
      },
    }),
    defineRoute({
      ...common,
      access: 'financeOrOperator',
      method: 'get',
      path: `${BASE}/{resolutionId}`,
      operationId: 'getBreakResolution',
      summary: 'One resolution, its breaks, and what it books',
      request: { params: schemas.resolutionParams },
      responses: { 200: { description: 'As it is now', schema: schemas.resolutionDetailSchema } },
      problems: ['resolution_not_found'],
      handler: async ({ params }) => {
        const { resolution, items, entries } = await breaks.resolution(params.resolutionId);
        const shown = items.map(({ breakId, suspenseMinor, bookedMinor, isActive }) => {
          return { breakId, suspenseMinor, bookedMinor, isActive };
        });
        return { status: 200, body: { resolution: resolutionOf(resolution), items: shown, entries } };
      },
    }),
  ];
}

function decideRoutes({ breaks: { resolutions }, addressIndex }: BreaksRoutesOptions): Route[] {
  const responses = { 200: { description: 'As it is now', schema: schemas.resolutionSchema } };
  const problems = ['resolution_not_found', 'resolution_decided'];
  return [
    defineRoute({
      ...common,
      method: 'post',
      path: `${BASE}/{resolutionId}/approve`,
      operationId: 'approveBreakResolution',
      summary: 'Approve what somebody else asked for, as it was seen',
      request: { params: schemas.resolutionParams, body: schemas.approveBody },
      responses,
      problems: [...problems, 'resolution_by_maker', 'breaks_changed', 'break_not_open'],
      handler: async (input) => {
        const { params, body } = input;
        const by = doneBy(actorOf(input, addressIndex));
        const approved = await resolutions.approve(params.resolutionId, body.breaksSha256, by);
        return { status: 200, body: resolutionOf(approved) };
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: `${BASE}/{resolutionId}/reject`,
      operationId: 'rejectBreakResolution',
      summary: 'Say no to what somebody else asked for',
      request: { params: schemas.resolutionParams, body: schemas.reasonBody },
      responses,
      problems: [...problems, 'resolution_by_maker'],
      handler: async (input) => {
        const by = doneBy(actorOf(input, addressIndex));
        const rejected = await resolutions.reject(input.params.resolutionId, input.body.reason, by);
        return { status: 200, body: resolutionOf(rejected) };
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: `${BASE}/{resolutionId}/withdraw`,
      operationId: 'withdrawBreakResolution',
      summary: 'Take back what waits for a second person',
      request: { params: schemas.resolutionParams, body: schemas.reasonBody },
      responses,
      problems,
      handler: async (input) => {
        const by = doneBy(actorOf(input, addressIndex));
        const withdrawn = await resolutions.withdraw(input.params.resolutionId, input.body.reason, by);
        return { status: 200, body: resolutionOf(withdrawn) };
      },
    }),
  ];
}
