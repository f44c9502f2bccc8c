import { z } from 'zod';
import { recordAudit } from '../accounts/index.ts';
import type { Agency } from '../agencies/index.ts';
import { type Billing, isFinal, type PaymentView } from '../billing/index.ts';
import type { AccountInputs, LocalText } from '../contract/index.ts';
import type { Db } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';
import { billQueryOf, paymentOf } from './billing.presenter.ts';
import * as schemas from './billing.schemas.ts';
import { defineRoute, type Route, signedInCaller } from './route.ts';
import { idSchema, pageOf, pageQuery } from './schemas.ts';

export interface BillingRoutesOptions {
  billing: Billing;
  agencies: {
    getAgency(agencyId: string): Promise<Agency | null>;
    listChannels(): Promise<readonly { channelId: string; names: LocalText }[]>;
  };
  /** A saved account of this resident; throws `saved_account_not_found`. */
  savedAccount(
    residentId: string,
    savedAccountId: string,
  ): Promise<{ agencyId: string; inputs: AccountInputs }>;
  addressIndex(address: string): string;
  db: Db;
  clock: Clock;
}

/** Why an agency takes no payments, or not from everybody. */
const NOT_TAKING = ['agency_suspended', 'agency_retired', 'agency_not_open_to_you'] as const;

/** What a resident owes, and paying it. */
export function billingRoutes(options: BillingRoutesOptions): Route[] {
  return [
    queryRoute(options),
    lookRoute(options),
    channelsRoute(options),
    quoteRoute(options),
    createRoute(options),
    ...readRoutes(options),
  ];
}

function queryRoute({ billing, agencies, savedAccount }: BillingRoutesOptions): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/bill-queries',
    operationId: 'queryBills',
    tag: 'billing',
    summary: 'Ask an agency what is owed',
    description:
      'For an account that was saved, or one typed in. Changes nothing; a POST, since account numbers are no part of an address.',
    access: 'resident',
    idempotency: 'none',
    request: { body: schemas.billQueryBody },
    responses: { 200: { description: 'What the agency said', schema: schemas.billQuerySchema } },
    problems: [
      'agency_not_found',
      ...NOT_TAKING,
      'agency_has_no_bills',
      'saved_account_not_found',
      'inputs_invalid',
    ],
    handler: async ({ body, caller }) => {
      const { userId } = signedInCaller(caller);
      const { agencyId, inputs } =
        'savedAccountId' in body ? await savedAccount(userId, body.savedAccountId) : body;
      const query = await billing.queries.query(userId, agencyId, inputs);
      return { status: 200, body: billQueryOf(query, await agencyOf(agencies, agencyId)) };
    },
  });
}

function lookRoute({ billing, agencies }: BillingRoutesOptions): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/bill-queries/{queryId}',
    operationId: 'getBillQuery',
    tag: 'billing',
    summary: 'Look again at what was owed',
    description:
      'What the agency said when it was asked, without asking it again; what is being paid of it may be two seconds old.',
    access: 'resident',
    idempotency: 'none',
    isHot: true,
    request: { params: z.object({ queryId: idSchema('qry') }) },
    responses: { 200: { description: 'What the agency said', schema: schemas.billQuerySchema } },
    problems: ['query_not_found', 'query_expired'],
    handler: async ({ params, caller }) => {
      const query = await billing.queries.look(signedInCaller(caller).userId, params.queryId);
      return { status: 200, body: billQueryOf(query, await agencyOf(agencies, query.agencyId)) };
    },
  });
}

function channelsRoute({ agencies }: BillingRoutesOptions): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/channels',
    operationId: 'listChannels',
    tag: 'billing',
    summary: 'Banks and wallets to pay with',
    access: 'signedIn',
    idempotency: 'none',
    request: {},
    responses: {
      200: { description: 'All of them', schema: z.object({ items: z.array(schemas.channelSchema) }) },
    },
    problems: [],
    handler: async () => ({ status: 200, body: { items: await agencies.listChannels() } }),
  });
}

function quoteRoute({ billing }: BillingRoutesOptions): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/payment-quotes',
    operationId: 'quotePayment',
    tag: 'billing',
    summary: 'What a payment would cost in all',
    description:
      'Says beforehand what on top of the amount the resident pays, and whether the agency takes the amount.',
    access: 'resident',
    idempotency: 'none',
    request: { body: schemas.quoteBody },
    responses: { 200: { description: 'The amount, the fee and their sum', schema: schemas.quoteSchema } },
    problems: [
      'query_not_found',
      'query_expired',
      'selection_not_allowed',
      'amount_not_allowed',
      'payment_limit_exceeded',
      'daily_limit_exceeded',
      'agency_not_found',
      ...NOT_TAKING,
    ],
    handler: async ({ body, caller }) => {
      const { userId } = signedInCaller(caller);
      return { status: 200, body: await billing.orders.quote(userId, body) };
    },
  });
}

function createRoute({ billing, agencies, addressIndex, db, clock }: BillingRoutesOptions): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/payments',
    operationId: 'createPayment',
    tag: 'billing',
    summary: 'Order a payment of bills that were seen',
    description:
      'Bound to what was seen: when the agency says otherwise by now, it is refused with the new amount. The debit follows at once; watch the payment.',
    access: 'resident',
    idempotency: 'required',
    request: { body: schemas.paymentBody },
    responses: { 201: { description: 'The payment', schema: schemas.paymentSchema } },
    problems: [
      'query_not_found',
      'query_expired',
      'bill_changed',
      'bill_payment_in_flight',
      'selection_not_allowed',
      'amount_not_allowed',
      'payment_limit_exceeded',
      'daily_limit_exceeded',
      'total_changed',
      'payer_required',
      'channel_not_found',
      'agency_not_found',
      ...NOT_TAKING,
      'agency_closed',
      'agency_unavailable',
    ],
    handler: async ({ body, caller, commandKey, traceId, request }) => {
      const { userId } = signedInCaller(caller);
      const payment = await billing.orders.create(userId, body, commandKey);
      await recordAudit(db, {
        atMs: clock.nowMs(),
        actor: { kind: 'resident', id: userId },
        action: 'payment.create',
        object: { kind: 'payment', id: payment.paymentId },
        outcome: 'ok',
        traceId,
        addressIndex: addressIndex(request.ip ?? ''),
      });
      const view = await billing.payments.get(userId, payment.paymentId);
      return { status: 201, body: await shown(agencies, view) };
    },
  });
}

function readRoutes(options: BillingRoutesOptions): Route[] {
  const { billing, agencies } = options;
  const params = z.object({ paymentId: idSchema('pay') });
  return [
    defineRoute({
      method: 'get',
      path: '/v1/payments',
      operationId: 'listPayments',
      tag: 'billing',
      summary: 'One’s own payments, newest first',
      access: 'resident',
      idempotency: 'none',
      request: { query: pageQuery },
      responses: { 200: { description: 'A page', schema: pageOf(schemas.paymentSchema) } },
      problems: ['cursor_invalid'],
      handler: async ({ query, caller }) => {
        const views = await billing.payments.list(
          signedInCaller(caller).userId,
          query.limit + 1,
          query.cursor ?? null,
        );
        const page = views.slice(0, query.limit);
        const items = await Promise.all(page.map((view) => shown(agencies, view)));
        const nextCursor = views.length > query.limit ? (page.at(-1)?.paymentId ?? null) : null;
        return { status: 200, body: { items, nextCursor } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/payments/{paymentId}',
      operationId: 'getPayment',
      tag: 'billing',
      summary: 'Where a payment stands',
      access: 'resident',
      idempotency: 'none',
      request: { params },
      responses: { 200: { description: 'The payment', schema: schemas.paymentSchema } },
      problems: ['payment_not_found'],
      handler: async ({ params: { paymentId }, caller }) => {
        const view = await billing.payments.get(signedInCaller(caller).userId, paymentId);
        return { status: 200, body: await shown(agencies, view) };
      },
    }),
    eventsRoute(options, params),
  ];
}

function eventsRoute(
  { billing, agencies }: BillingRoutesOptions,
  params: z.ZodObject<{ paymentId: z.ZodString }>,
): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/payments/{paymentId}/events',
    operationId: 'watchPayment',
    tag: 'billing',
    summary: 'A payment’s progress as server-sent events',
    description:
      'Events named `payment`, each with the whole payment as it is then; the stream ends when the payment is final.',
    access: 'resident',
    idempotency: 'none',
    request: { params },
    responses: {
      200: { description: 'The stream', mediaType: 'text/event-stream', schema: z.string() },
      204: { description: 'Nothing new to come' },
    },
    problems: ['payment_not_found', 'too_many_streams'],
    handler: ({ params: { paymentId }, caller, streams, request, response }) => {
      const { userId } = signedInCaller(caller);
      return streams.stream(
        { request, response },
        {
          event: 'payment',
          read: async () => {
            const view = await billing.payments.get(userId, paymentId);
            return { data: await shown(agencies, view), final: isFinal(view.status) };
          },
          subscribe: (onChange) => billing.watch.subscribe(paymentId, onChange),
        },
      );
    },
  });
}

async function shown(agencies: BillingRoutesOptions['agencies'], view: PaymentView) {
  return paymentOf(view, await agencyOf(agencies, view.agencyId));
}

async function agencyOf(agencies: BillingRoutesOptions['agencies'], agencyId: string): Promise<Agency> {
  const agency = await agencies.getAgency(agencyId);
  if (!agency) throw new DomainError('notFound', 'agency_not_found');
  return agency;
}
