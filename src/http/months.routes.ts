import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { z } from 'zod';
import { actorOf, doneBy } from './onboarding.presenter.ts';
import { defineRoute, type Route } from './route.ts';
import { closingOf } from './settlements.presenter.ts';
import type { SettlementsRoutesOptions } from './settlements.routes.ts';
import * as schemas from './settlements.schemas.ts';

const common = { tag: 'settlement', access: 'financeOrOperator', idempotency: 'none' } as const;
const PATH = '/v1/ledger/months';
const CSV = { 200: { description: 'CSV', mediaType: 'text/csv', schema: z.string() } } as const;

/** The books of a month: balances, account sheets, journals; and closing it. */
export function monthsRoutes(options: SettlementsRoutesOptions): Route[] {
  return [...readRoutes(options), ...exportRoutes(options), closeRoute(options)];
}

function readRoutes({ office: { months } }: SettlementsRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      method: 'get',
      path: PATH,
      operationId: 'listClosedMonths',
      summary: 'Months whose books are closed, newest first',
      request: {},
      responses: { 200: { description: 'All', schema: schemas.closingsSchema } },
      problems: [],
      handler: async () => ({ status: 200, body: { items: (await months.closed()).map(closingOf) } }),
    }),
    defineRoute({
      ...common,
      method: 'get',
      path: `${PATH}/{month}`,
      operationId: 'getBooksOfMonth',
      summary: 'The trial balance of a month: every account with opening, debits, credits and closing',
      request: { params: schemas.monthParams },
      responses: { 200: { description: 'By account', schema: schemas.monthSchema } },
      problems: [],
      handler: async ({ params: { month } }) => {
        const { closed, accounts } = await months.accounts(month);
        return { status: 200, body: { month, closing: closed && closingOf(closed), accounts } };
      },
    }),
  ];
}

function exportRoutes({ office: { months } }: SettlementsRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      method: 'get',
      path: `${PATH}/{month}/journals`,
      operationId: 'exportJournals',
      summary: 'Every journal of a month, totals at the end',
      request: { params: schemas.monthParams },
      responses: CSV,
      problems: [],
      handler: async ({ params: { month }, response }) => {
        await sendCsv(response, `journals-${month}.csv`, months.journalsCsv(month));
        return null;
      },
    }),
    defineRoute({
      ...common,
      method: 'get',
      path: `${PATH}/{month}/account-sheet`,
      operationId: 'exportAccountSheet',
      summary: 'One account in a month: opening, each entry with the balance after it, closing',
      request: { params: schemas.monthParams, query: schemas.accountQuery },
      responses: CSV,
      problems: [],
      handler: async ({ params: { month }, query: { account }, response }) => {
        const fileName = `${account.replace('/', '-')}-${month}.csv`;
        await sendCsv(response, fileName, months.accountCsv(month, account));
        return null;
      },
    }),
  ];
}

function closeRoute({ office: { months }, addressIndex }: SettlementsRoutesOptions): Route {
  return defineRoute({
    ...common,
    access: 'finance',
    method: 'post',
    path: `${PATH}/{month}/close`,
    operationId: 'closeMonth',
    summary: 'Close a month: it does not change any more, and what comes later belongs to the next',
    request: { params: schemas.monthParams },
    responses: { 200: { description: 'Closed', schema: schemas.monthSchema } },
    problems: ['month_not_over', 'month_closed', 'month_before_open'],
    handler: async (input) => {
      const { month } = input.params;
      const closed = await months.close(month, doneBy(actorOf(input, addressIndex)));
      return { status: 200, body: { month, closing: closingOf(closed), accounts: closed.accounts } };
    },
  });
}

async function sendCsv(response: Response, fileName: string, pieces: AsyncIterable<string>): Promise<void> {
  response.status(200);
  response.setHeader('content-type', 'text/csv; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.setHeader('content-disposition', `attachment; filename="${fileName}"`);
  await pipeline(Readable.from(pieces), response);
}
