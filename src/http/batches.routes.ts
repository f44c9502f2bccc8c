import type { BatchFlow } from '../reconciliation/index.ts';
import { batchOf, reportOf } from './batches.presenter.ts';
import * as schemas from './batches.schemas.ts';
import { actorOf } from './onboarding.presenter.ts';
import { defineRoute, type Route } from './route.ts';
import { pageOf } from './schemas.ts';

export interface BatchesRoutesOptions {
  flow: Pick<BatchFlow, 'batches' | 'watch'>;
  addressIndex(address: string): string;
}

const forReaders = { tag: 'reconciliation', access: 'financeOrOperator', idempotency: 'none' } as const;
const forFinance = { tag: 'reconciliation', access: 'finance', idempotency: 'none' } as const;
const DAYS = '/v1/reconciliation/days';
const BATCH = '/v1/reconciliation/batches/{sourceId}/{businessDate}';

/** Business dates and the batches of their sources: how far they are, what they came to, and what may be done to them. */
export function batchesRoutes(options: BatchesRoutesOptions): Route[] {
  return [...dayRoutes(options), eventsRoute(options), ...batchRoutes(options), runDayRoute(options)];
}

function dayRoutes({ flow: { batches } }: BatchesRoutesOptions): Route[] {
  return [
    defineRoute({
      ...forReaders,
      method: 'get',
      path: DAYS,
      operationId: 'listReconciliationDays',
      summary: 'Business dates, newest first, and how their batches stand',
      request: { query: schemas.daysQuery },
      responses: { 200: { description: 'One page', schema: pageOf(schemas.daySummarySchema) } },
      problems: [],
      handler: async ({ query: { limit, cursor } }) => {
        const found = await batches.days({ before: cursor ?? null, limit: limit + 1 });
        const items = found.slice(0, limit);
        const nextCursor = found.length > limit ? (items.at(-1)?.businessDate ?? null) : null;
        return { status: 200, body: { items, nextCursor } };
      },
    }),
    defineRoute({
      ...forReaders,
      method: 'get',
      path: `${DAYS}/{businessDate}`,
      operationId: 'getReconciliationDay',
      summary: 'A business date over all sources, with its report',
      request: { params: schemas.dayParams },
      responses: { 200: { description: 'As it stands', schema: schemas.daySchema } },
      problems: [],
      handler: async ({ params: { businessDate } }) => ({
        status: 200,
        body: await dayOf(batches, businessDate),
      }),
    }),
  ];
}

async function dayOf(batches: BatchFlow['batches'], businessDate: string) {
  const [found, report] = await Promise.all([batches.list(businessDate), batches.dayReport(businessDate)]);
  return { businessDate, batches: found.map(batchOf), report: reportOf(report) };
}

function eventsRoute({ flow: { batches, watch } }: BatchesRoutesOptions): Route {
  return defineRoute({
    ...forReaders,
    method: 'get',
    path: `${DAYS}/{businessDate}/events`,
    operationId: 'watchReconciliationDay',
    summary: 'The progress of a business date as server-sent events',
    description:
      'Events named `day`, each with the whole date as it is then; the stream goes on until it is left.',
    request: { params: schemas.dayParams },
    responses: {
      200: { description: 'The stream', mediaType: 'text/event-stream', schema: schemas.streamSchema },
    },
    problems: ['too_many_streams'],
    handler: ({ params: { businessDate }, streams, request, response }) =>
      streams.stream(
        { request, response },
        {
          event: 'day',
          read: async () => ({ data: await dayOf(batches, businessDate), final: false }),
          subscribe: (onChange) => watch.subscribe(businessDate, onChange),
        },
      ),
  });
}

function batchRoutes({ flow: { batches }, addressIndex }: BatchesRoutesOptions): Route[] {
  return [
    defineRoute({
      ...forReaders,
      method: 'get',
      path: BATCH,
      operationId: 'getReconciliationBatch',
      summary: 'One business date of one source, with its report',
      request: { params: schemas.batchParams },
      responses: { 200: { description: 'As it stands', schema: schemas.batchDetailSchema } },
      problems: ['batch_not_found'],
      handler: async ({ params }) => {
        const [batch, report] = await Promise.all([batches.get(params), batches.report(params)]);
        return { status: 200, body: { batch: batchOf(batch), report: reportOf(report) } };
      },
    }),
    defineRoute({
      ...forFinance,
      method: 'post',
      path: `${BATCH}/{command}`,
      operationId: 'commandReconciliationBatch',
      summary: 'Run all of it again, pause, resume, cancel, or retry from where it failed',
      request: { params: schemas.commandParams },
      responses: { 200: { description: 'As it is now', schema: schemas.batchSchema } },
      problems: ['batch_not_found', 'batch_state_wrong'],
      handler: async (input) => {
        const { command, ...key } = input.params;
        const batch = await batches.command(key, command, actorOf(input, addressIndex));
        return { status: 200, body: batchOf(batch) };
      },
    }),
  ];
}

function runDayRoute({ flow: { batches }, addressIndex }: BatchesRoutesOptions): Route {
  return defineRoute({
    ...forFinance,
    method: 'post',
    path: `${DAYS}/{businessDate}/run`,
    operationId: 'runReconciliationDay',
    summary: 'Run the batches of all sources of a date; where nothing has changed it comes to the same',
    request: { params: schemas.dayParams },
    responses: { 200: { description: 'The batches that were set going', schema: schemas.batchListSchema } },
    problems: ['batch_not_found', 'batch_state_wrong'],
    handler: async (input) => {
      const changed = await batches.runDay(input.params.businessDate, actorOf(input, addressIndex));
      return { status: 200, body: { items: changed.map(batchOf) } };
    },
  });
}
