import type { Request } from 'express';
import { z } from 'zod';
import { DomainError } from '../kernel/errors.ts';
import { actorOf, doneBy } from './onboarding.presenter.ts';
import { defineRoute, type Route } from './route.ts';
import { pageOf, pageQuery } from './schemas.ts';
import { payoutBatchOf, payoutDetailOf } from './settlements.presenter.ts';
import type { SettlementsRoutesOptions } from './settlements.routes.ts';
import * as schemas from './settlements.schemas.ts';

const common = { tag: 'settlement', access: 'finance', idempotency: 'none' } as const;
const PATH = '/v1/payouts';
/** A pain.002 says a kilobyte of an instruction at most, and a file has two thousand. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const FILE = `${PATH}/{batchId}`;

/** Files of payouts: made, approved by two others, sent, answered. */
export function payoutsRoutes(options: SettlementsRoutesOptions): Route[] {
  return [...readRoutes(options), ...makingRoutes(options), sendRoute(options), answerRoute(options)];
}

function readRoutes({ office: { payouts, answers } }: SettlementsRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      access: 'financeOrOperator',
      method: 'get',
      path: PATH,
      operationId: 'listPayouts',
      summary: 'Files of payouts, newest first',
      request: { query: pageQuery },
      responses: { 200: { description: 'One page', schema: pageOf(schemas.payoutBatchSchema) } },
      problems: ['cursor_invalid'],
      handler: async ({ query }) => {
        const { items, nextCursor } = await payouts.list(query);
        return { status: 200, body: { items: items.map(payoutBatchOf), nextCursor } };
      },
    }),
    defineRoute({
      ...common,
      access: 'financeOrOperator',
      method: 'get',
      path: FILE,
      operationId: 'getPayout',
      summary: 'One file with its instructions and what the bank answered',
      request: { params: schemas.batchParams },
      responses: { 200: { description: 'Accounts are masked', schema: schemas.payoutDetailSchema } },
      problems: ['payout_batch_not_found'],
      handler: async ({ params: { batchId } }) => {
        const record = await payouts.get(batchId);
        const instructions = await payouts.instructions(batchId);
        return { status: 200, body: payoutDetailOf(record, instructions, await answers.list(batchId)) };
      },
    }),
  ];
}

function makingRoutes({ office: { payouts }, addressIndex }: SettlementsRoutesOptions): Route[] {
  const responses = { 200: { description: 'As it is now', schema: schemas.payoutBatchSchema } } as const;
  return [
    defineRoute({
      ...common,
      method: 'post',
      path: PATH,
      operationId: 'preparePayout',
      summary: 'Make a file of everything that is due; each settlement is in one file',
      request: { body: schemas.payoutBody },
      responses: { 201: { description: 'To be approved on its hash', schema: schemas.preparedSchema } },
      problems: ['payer_missing', 'payouts_none_due', 'payouts_taken', 'payout_batch_invalid'],
      handler: async (input) => {
        const by = doneBy(actorOf(input, addressIndex));
        const { batch, notPayable } = await payouts.prepare(input.body, by);
        return { status: 201, body: { ...payoutBatchOf(batch), notPayable } };
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: `${FILE}/approve`,
      operationId: 'approvePayout',
      summary: 'Approve the bytes that have a hash; two people do, other than who made the file',
      request: { params: schemas.batchParams, body: schemas.approvalBody },
      responses,
      problems: [
        'payout_batch_not_found',
        'payout_hash_differs',
        'approval_by_submitter',
        'payout_approved_by_you',
        'payout_approved_already',
        'payout_batch_over',
      ],
      handler: async (input) => {
        const by = doneBy(actorOf(input, addressIndex));
        const batch = await payouts.approve(input.params.batchId, input.body.sha256, by);
        return { status: 200, body: payoutBatchOf(batch) };
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: `${FILE}/cancel`,
      operationId: 'cancelPayout',
      summary: 'Call off a file that was not sent: what it was to pay is due again',
      request: { params: schemas.batchParams, body: schemas.reasonBody },
      responses,
      problems: ['payout_batch_not_found', 'payout_batch_over'],
      handler: async (input) => {
        const by = doneBy(actorOf(input, addressIndex));
        const batch = await payouts.cancel(input.params.batchId, input.body.reason, by);
        return { status: 200, body: payoutBatchOf(batch) };
      },
    }),
  ];
}

function sendRoute({ office: { payouts }, addressIndex }: SettlementsRoutesOptions): Route {
  return defineRoute({
    ...common,
    method: 'post',
    path: `${FILE}/send`,
    operationId: 'sendPayout',
    summary: 'Hand the file over for the bank; again, it is the same bytes under the same id',
    request: { params: schemas.batchParams },
    responses: {
      200: { description: 'The file', mediaType: 'application/octet-stream', schema: z.string() },
    },
    problems: ['payout_batch_not_found', 'payout_not_approved', 'payout_batch_over'],
    handler: async (input) => {
      const by = doneBy(actorOf(input, addressIndex));
      const { batch, fileName, content } = await payouts.send(input.params.batchId, by);
      const headers = {
        'content-disposition': `attachment; filename="${fileName}"`,
        'x-content-sha256': batch.sha256,
      };
      return { status: 200, body: content, headers };
    },
  });
}

function answerRoute({ office: { answers }, addressIndex }: SettlementsRoutesOptions): Route {
  return defineRoute({
    ...common,
    method: 'post',
    path: '/v1/payout-answers',
    operationId: 'takePayoutAnswer',
    summary: 'Take in what the bank answered to a file: a pain.002, or our CSV',
    description:
      'The body is the file itself, 8 MiB at most. All of it is taken, or nothing; the same file again changes nothing.',
    request: {},
    responses: { 200: { description: 'What it changed', schema: schemas.takenSchema } },
    problems: ['payout_answer_unreadable', 'acknowledgement_mismatch', 'payout_not_sent'],
    handler: async (input) => {
      const bytes = await receive(input.request);
      const by = doneBy(actorOf(input, addressIndex));
      const { batch, isRepeated, changes } = await answers.take(bytes, by);
      return { status: 200, body: { batchId: batch.batchId, isRepeated, changes } };
    },
  });
}

async function receive(request: Request): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new DomainError('invalid', 'body_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
