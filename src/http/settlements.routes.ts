import { z } from 'zod';
import {
  type AgencyStatement,
  feeInvoiceCsv,
  type SettlementOffice,
  statementCsv,
  statementPdf,
  statementXlsx,
} from '../settlement/index.ts';
import { monthsRoutes } from './months.routes.ts';
import { actorOf, doneBy } from './onboarding.presenter.ts';
import { payoutsRoutes } from './payouts.routes.ts';
import { defineRoute, type Route } from './route.ts';
import { pageOf } from './schemas.ts';
import { roundOf, settlementDetailOf, settlementOf, termsOf } from './settlements.presenter.ts';
import * as schemas from './settlements.schemas.ts';

export interface SettlementsRoutesOptions {
  office: SettlementOffice;
  addressIndex(address: string): string;
}

const common = { tag: 'settlement', access: 'financeOrOperator', idempotency: 'none' } as const;
const ofAgency = { ...common, access: 'operatorOrAgency' } as const;
const FILE = {
  200: { description: 'The file', mediaType: 'application/octet-stream', schema: z.string() },
} as const;

/** What agencies are paid and why: for finance, and each agency's own for the agency. */
export function settlementsRoutes(options: SettlementsRoutesOptions): Route[] {
  return [
    ...readRoutes(options),
    runRoute(options),
    ...agencyRoutes(options),
    ...termsRoutes(options),
    ...payoutsRoutes(options),
    ...monthsRoutes(options),
  ];
}

function readRoutes({ office: { settlements } }: SettlementsRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      method: 'get',
      path: '/v1/settlements',
      operationId: 'listSettlements',
      summary: 'What was settled, newest first',
      request: { query: schemas.settlementsQuery },
      responses: { 200: { description: 'One page', schema: pageOf(schemas.settlementSchema) } },
      problems: ['cursor_invalid'],
      handler: async ({ query }) => {
        const { items, nextCursor } = await settlements.list(query);
        return { status: 200, body: { items: items.map(settlementOf), nextCursor } };
      },
    }),
    defineRoute({
      ...common,
      method: 'get',
      path: '/v1/settlements/{settlementId}',
      operationId: 'getSettlement',
      summary: 'One settlement with its items, each with its payment',
      request: { params: schemas.settlementParams },
      responses: { 200: { description: 'As it was settled', schema: schemas.settlementDetailSchema } },
      problems: ['settlement_not_found'],
      handler: async ({ params: { settlementId } }) => {
        const record = await settlements.get(settlementId);
        const statement = await settlements.statement(settlementId);
        return { status: 200, body: settlementDetailOf(record, statement) };
      },
    }),
    defineRoute({
      ...common,
      method: 'get',
      path: '/v1/settlements/{settlementId}/statement',
      operationId: 'getSettlementStatement',
      summary: 'A settlement as its agency reads it',
      request: { params: schemas.settlementParams, query: schemas.formatQuery },
      responses: FILE,
      problems: ['settlement_not_found'],
      handler: async ({ params, query }) =>
        fileOf(await settlements.statement(params.settlementId), query.format),
    }),
  ];
}

function runRoute({ office: { settlements } }: SettlementsRoutesOptions): Route {
  return defineRoute({
    ...common,
    access: 'finance',
    method: 'post',
    path: '/v1/settlements/rounds',
    operationId: 'settleDue',
    summary: 'Settle every agency as far as it is due; what is settled already stays as it is',
    request: {},
    responses: { 200: { description: 'What came of each agency', schema: schemas.roundSchema } },
    problems: [],
    handler: async ({ language }) => {
      const rounds = await settlements.settleDue();
      return { status: 200, body: { items: rounds.map((round) => roundOf(round, language)) } };
    },
  });
}

function agencyRoutes({ office: { settlements } }: SettlementsRoutesOptions): Route[] {
  return [
    defineRoute({
      ...ofAgency,
      method: 'get',
      path: '/v1/agencies/{agencyId}/settlements',
      operationId: 'listSettlementsOfAgency',
      summary: 'What the agency was settled, newest first',
      request: { params: schemas.agencyParams, query: schemas.settlementsQuery.omit({ agencyId: true }) },
      responses: { 200: { description: 'One page', schema: pageOf(schemas.settlementSchema) } },
      problems: ['cursor_invalid'],
      handler: async ({ params, query }) => {
        const { items, nextCursor } = await settlements.list({ ...query, agencyId: params.agencyId });
        return { status: 200, body: { items: items.map(settlementOf), nextCursor } };
      },
    }),
    defineRoute({
      ...ofAgency,
      method: 'get',
      path: '/v1/agencies/{agencyId}/settlements/{settlementId}/statement',
      operationId: 'getSettlementStatementOfAgency',
      summary: 'The statement of one of the agency’s settlements',
      request: { params: schemas.agencySettlementParams, query: schemas.formatQuery },
      responses: FILE,
      problems: ['settlement_not_found'],
      handler: async ({ params, query }) =>
        fileOf(await settlements.statement(params.settlementId, params.agencyId), query.format),
    }),
    defineRoute({
      ...ofAgency,
      method: 'get',
      path: '/v1/agencies/{agencyId}/fee-invoices/{month}',
      operationId: 'getFeeInvoice',
      summary: 'What collecting cost the agency in the windows of a month, as CSV',
      request: { params: schemas.agencyMonthParams },
      responses: FILE,
      problems: [],
      handler: async ({ params: { agencyId, month } }) => {
        const { invoice, currency } = await settlements.feeInvoice(agencyId, month);
        return download(`fee-invoice-${agencyId}-${month}.csv`, feeInvoiceCsv(invoice, currency));
      },
    }),
  ];
}

function termsRoutes(options: SettlementsRoutesOptions): Route[] {
  const { terms } = options.office;
  const one = { 200: { description: 'As they are now', schema: schemas.termsSchema } } as const;
  const decision = (verb: 'approve' | 'reject' | 'withdraw', state: 'approved' | 'rejected' | 'withdrawn') =>
    defineRoute({
      ...common,
      access: 'finance',
      method: 'post',
      path: `/v1/settlement-terms/{termsId}/${verb}`,
      operationId: `${verb}SettlementTerms`,
      summary: 'Decide terms that somebody asked for',
      request: { params: schemas.termsParams, body: schemas.optionalReasonBody },
      responses: one,
      problems: [
        'terms_not_found',
        'terms_decided',
        'approval_by_submitter',
        'terms_too_late',
        'terms_currency_fixed',
      ],
      handler: async (input) => {
        const by = doneBy(actorOf(input, options.addressIndex));
        const reason = input.body.reason ?? null;
        const decided = await terms.decide(input.params.termsId, { state, reason }, by);
        return { status: 200, body: termsOf(decided) };
      },
    });
  return [
    defineRoute({
      ...common,
      method: 'get',
      path: '/v1/settlement-terms',
      operationId: 'listSettlementTerms',
      summary: 'When and how agencies are paid, newest first',
      request: { query: schemas.termsQuery },
      responses: { 200: { description: 'All', schema: z.object({ items: z.array(schemas.termsSchema) }) } },
      problems: [],
      handler: async ({ query }) => {
        const items = await terms.list(query);
        return { status: 200, body: { items: items.map(termsOf) } };
      },
    }),
    defineRoute({
      ...common,
      access: 'finance',
      method: 'post',
      path: '/v1/settlement-terms',
      operationId: 'proposeSettlementTerms',
      summary: 'Ask for terms from a date on; another person decides',
      request: { body: schemas.termsBody },
      responses: { 201: { description: 'Asked for', schema: schemas.termsSchema } },
      problems: ['agency_not_found', 'terms_too_late', 'terms_currency_fixed'],
      handler: async (input) => {
        const { agencyId, ...asked } = input.body;
        const by = doneBy(actorOf(input, options.addressIndex));
        return { status: 201, body: termsOf(await terms.propose(agencyId, asked, by)) };
      },
    }),
    decision('approve', 'approved'),
    decision('reject', 'rejected'),
    decision('withdraw', 'withdrawn'),
  ];
}

async function fileOf(statement: AgencyStatement, format: 'csv' | 'xlsx' | 'pdf') {
  const makers = { csv: statementCsv, xlsx: statementXlsx, pdf: statementPdf };
  return download(`${statement.settlementId}.${format}`, await makers[format](statement));
}

function download(fileName: string, body: Uint8Array) {
  return { status: 200, body, headers: { 'content-disposition': `attachment; filename="${fileName}"` } };
}
