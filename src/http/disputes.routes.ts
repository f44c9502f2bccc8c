import { z } from 'zod';
import { recordAudit } from '../accounts/index.ts';
import { type Billing, DISPUTE_REASONS, DISPUTE_STATUSES, type Dispute } from '../billing/index.ts';
import type { Db } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { defineRoute, type Route, signedInCaller } from './route.ts';
import {
  agencyIdSchema,
  idSchema,
  instantOf,
  instantOrNull,
  instantSchema,
  pageOf,
  pageQuery,
} from './schemas.ts';

const MAX_WORDS = 500;

const disputeSchema = z
  .object({
    disputeId: z.string(),
    paymentId: z.string(),
    reason: z.enum(DISPUTE_REASONS),
    note: z.string().nullable().describe('In the resident’s words'),
    status: z
      .enum(DISPUTE_STATUSES)
      .describe(
        '`open` waits for the agency; `upheld`: it agrees, and the payment is being undone; `declined`: it does not',
      ),
    openedAt: instantSchema,
    dueAt: instantSchema.describe('When the agency has to have answered'),
    overdue: z.boolean(),
    answeredAt: instantSchema.nullable(),
    answer: z.string().nullable().describe('In the agency’s words, for the resident'),
  })
  .meta({ id: 'Dispute' });

const openBody = z.strictObject({
  reason: z.enum(DISPUTE_REASONS),
  note: z.string().trim().min(1).max(MAX_WORDS).optional(),
});

const answerBody = z.strictObject({
  decision: z.enum(['upheld', 'declined']),
  answer: z.string().trim().min(1).max(MAX_WORDS).describe('Shown to the resident'),
});

export interface DisputesRoutesOptions {
  disputes: Billing['disputes'];
  addressIndex(address: string): string;
  db: Db;
  clock: Clock;
}

/** Objecting to a posted payment, and the agency's answer. */
export function disputesRoutes(options: DisputesRoutesOptions): Route[] {
  return [...residentRoutes(options), ...agencyRoutes(options)];
}

function residentRoutes({ disputes, db, clock, addressIndex }: DisputesRoutesOptions): Route[] {
  const ofPayment = {
    path: '/v1/payments/{paymentId}/disputes',
    tag: 'disputes',
    access: 'resident',
  } as const;
  const params = z.object({ paymentId: idSchema('pay') });
  return [
    defineRoute({
      ...ofPayment,
      method: 'post',
      operationId: 'openDispute',
      summary: 'Say that a payment that was posted is wrong',
      description:
        'The agency answers by `dueAt`. When it agrees, it undoes the posting and the money goes back.',
      idempotency: 'required',
      request: { params, body: openBody },
      responses: { 201: { description: 'The dispute', schema: disputeSchema } },
      problems: ['payment_not_found', 'dispute_not_possible', 'dispute_open_already'],
      handler: async ({ params: { paymentId }, body, caller, traceId, request }) => {
        const { userId } = signedInCaller(caller);
        const objection = { reason: body.reason, note: body.note ?? null };
        const dispute = await disputes.open(userId, paymentId, objection);
        await recordAudit(db, {
          atMs: clock.nowMs(),
          actor: { kind: 'resident', id: userId },
          action: 'dispute.open',
          object: { kind: 'dispute', id: dispute.disputeId },
          outcome: 'ok',
          traceId,
          addressIndex: addressIndex(request.ip ?? ''),
          detail: { paymentId, reason: body.reason },
        });
        return { status: 201, body: disputeOf(dispute, clock.nowMs()) };
      },
    }),
    defineRoute({
      ...ofPayment,
      method: 'get',
      operationId: 'listDisputesOfPayment',
      summary: 'The disputes of a payment, newest first',
      idempotency: 'none',
      request: { params },
      responses: {
        200: { description: 'All of them', schema: z.object({ items: z.array(disputeSchema) }) },
      },
      problems: ['payment_not_found'],
      handler: async ({ params: { paymentId }, caller }) => {
        const found = await disputes.ofPayment(signedInCaller(caller).userId, paymentId);
        return { status: 200, body: { items: found.map((dispute) => disputeOf(dispute, clock.nowMs())) } };
      },
    }),
  ];
}

function agencyRoutes({ disputes, db, clock, addressIndex }: DisputesRoutesOptions): Route[] {
  const ofAgency = { tag: 'disputes', access: 'operatorOrAgency', keyScope: 'disputes' } as const;
  return [
    defineRoute({
      ...ofAgency,
      method: 'get',
      path: '/v1/agencies/{agencyId}/disputes',
      operationId: 'listDisputesOfAgency',
      summary: 'An agency’s disputes of one status, the oldest first',
      idempotency: 'none',
      request: {
        params: z.object({ agencyId: agencyIdSchema }),
        query: pageQuery.extend({ status: z.enum(DISPUTE_STATUSES).default('open') }),
      },
      responses: { 200: { description: 'A page of them', schema: pageOf(disputeSchema) } },
      problems: [],
      handler: async ({ params, query: { status, limit, cursor } }) => {
        // One more than asked for tells whether there is a next page.
        const page = { status, limit: limit + 1, afterId: cursor ?? null };
        const found = await disputes.ofAgency(params.agencyId, page);
        const items = found.slice(0, limit);
        return {
          status: 200,
          body: {
            items: items.map((dispute) => disputeOf(dispute, clock.nowMs())),
            nextCursor: found.length > limit ? (items.at(-1)?.disputeId ?? null) : null,
          },
        };
      },
    }),
    defineRoute({
      ...ofAgency,
      method: 'post',
      path: '/v1/agencies/{agencyId}/disputes/{disputeId}/answer',
      operationId: 'answerDispute',
      summary: 'Answer a dispute for the agency',
      description: '`upheld` orders the undoing of the posting at once; it can’t be taken back.',
      idempotency: 'required',
      request: {
        params: z.object({ agencyId: agencyIdSchema, disputeId: idSchema('dsp') }),
        body: answerBody,
      },
      responses: { 200: { description: 'The dispute, answered', schema: disputeSchema } },
      problems: ['dispute_not_found', 'dispute_answered_already', 'undo_not_possible'],
      handler: async ({ params, body, caller, traceId, request }) => {
        const { userId, kind } = signedInCaller(caller);
        const said = { ...body, answeredBy: userId };
        const dispute = await disputes.answer(params.agencyId, params.disputeId, said);
        await recordAudit(db, {
          atMs: clock.nowMs(),
          actor: { kind, id: userId },
          action: 'dispute.answer',
          object: { kind: 'dispute', id: dispute.disputeId },
          outcome: 'ok',
          traceId,
          addressIndex: addressIndex(request.ip ?? ''),
          detail: { decision: body.decision },
        });
        return { status: 200, body: disputeOf(dispute, clock.nowMs()) };
      },
    }),
  ];
}

function disputeOf(dispute: Dispute, nowMs: number): z.input<typeof disputeSchema> {
  const { disputeId, paymentId, reason, note, status, answer } = dispute;
  return {
    disputeId,
    paymentId,
    reason,
    note,
    status,
    openedAt: instantOf(dispute.openedAtMs),
    dueAt: instantOf(dispute.dueAtMs),
    overdue: status === 'open' && nowMs > dispute.dueAtMs,
    answeredAt: instantOrNull(dispute.answeredAtMs),
    answer,
  };
}
