import { z } from 'zod';
import { DomainError } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import type { Explanations, ReconciliationRuns } from '../reconciliation/index.ts';
import { actorOf } from './onboarding.presenter.ts';
import { defineRoute, type Route } from './route.ts';
import * as schemas from './runs.schemas.ts';
import { pageOf } from './schemas.ts';

const BASE = '/v1/reconciliation';
const common = { tag: 'reconciliation', access: 'finance', idempotency: 'none' } as const;
const forReaders = { ...common, access: 'financeOrOperator' } as const;

export interface RunsRoutesOptions {
  runs: ReconciliationRuns;
  explanations: Explanations;
  addressIndex(address: string): string;
}

/** What was matched, what each run says otherwise than the one before, and why a row is where it is. */
export function runsRoutes(options: RunsRoutesOptions): Route[] {
  return [...readRoutes(options), ...whyRoutes(options)];
}

function readRoutes({ runs }: RunsRoutesOptions): Route[] {
  return [
    defineRoute({
      ...forReaders,
      method: 'get',
      path: `${BASE}/runs`,
      operationId: 'listReconciliationRuns',
      summary: 'Matchings, newest first',
      request: { query: schemas.runsQuery },
      responses: { 200: { description: 'One page', schema: pageOf(schemas.runSchema) } },
      problems: ['cursor_invalid'],
      handler: async ({ query: { limit, cursor, ...filter } }) => {
        if (cursor !== undefined && !isId('run', cursor)) throw new DomainError('invalid', 'cursor_invalid');
        const found = await runs.list({ ...filter, ...(cursor && { before: cursor }), limit: limit + 1 });
        const items = found.slice(0, limit);
        const nextCursor = found.length > limit ? (items.at(-1)?.runId ?? null) : null;
        return { status: 200, body: { items: items.map(schemas.runShown), nextCursor } };
      },
    }),
    defineRoute({
      ...forReaders,
      method: 'get',
      path: `${BASE}/runs/{runId}`,
      operationId: 'getReconciliationRun',
      summary: 'One matching, with its proof',
      request: { params: schemas.runParams },
      responses: { 200: { description: 'As it was published', schema: schemas.runSchema } },
      problems: ['run_not_found'],
      handler: async ({ params }) => ({ status: 200, body: schemas.runShown(await runs.get(params.runId)) }),
    }),
    defineRoute({
      ...forReaders,
      method: 'get',
      path: `${BASE}/runs/{runId}/difference`,
      operationId: 'getReconciliationDifference',
      summary: 'What a run says otherwise than the one before it',
      request: { params: schemas.runParams },
      responses: { 200: { description: 'Counts, and the first thousand', schema: schemas.differenceSchema } },
      problems: ['run_not_found'],
      handler: async ({ params }) => ({ status: 200, body: await runs.difference(params.runId) }),
    }),
  ];
}

function whyRoutes({ explanations, addressIndex }: RunsRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      method: 'get',
      path: `${BASE}/statements/{statementId}/rows/{rowNo}/why`,
      operationId: 'explainStatementRow',
      summary: 'What became of a row: its match or break, the rule, the scores, and all rows as they came',
      request: { params: schemas.rowParams },
      responses: { 200: { description: 'As it is now', schema: schemas.whySchema } },
      problems: ['row_not_found'],
      handler: async (input) => ({
        status: 200,
        body: await explanations.why(input.params, actorOf(input, addressIndex)),
      }),
    }),
    defineRoute({
      ...common,
      method: 'get',
      path: `${BASE}/payments/{paymentId}/why`,
      operationId: 'explainPayment',
      summary: 'What our books, the channel and the agency say of a payment',
      request: { params: schemas.paymentParams },
      responses: {
        200: {
          description: 'A line for each source and date; no answers where nothing was matched yet',
          schema: z.object({ items: z.array(schemas.paymentWordSchema) }),
        },
      },
      problems: ['payment_not_found'],
      handler: async (input) => ({
        status: 200,
        body: {
          items: await explanations.whyPayment(input.params.paymentId, actorOf(input, addressIndex)),
        },
      }),
    }),
    defineRoute({
      ...forReaders,
      method: 'get',
      path: `${BASE}/rows`,
      operationId: 'findStatementRows',
      summary: 'Where a reference stands in a batch',
      request: { query: schemas.rowsWithReferenceQuery },
      responses: {
        200: { description: 'At most a hundred', schema: z.object({ items: z.array(schemas.placeSchema) }) },
      },
      problems: [],
      handler: async ({ query }) => ({ status: 200, body: { items: await explanations.findRows(query) } }),
    }),
  ];
}
