import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type BreaksModule, MAX_EVIDENCE_BYTES } from '../reconciliation/index.ts';
import { digestText } from './break-digest.text.ts';
import { resolutionRoutes } from './break-resolutions.routes.ts';
import { breakOf, detailOf, evidenceOf, filterOf, selectedIds, storedBreakOf } from './breaks.presenter.ts';
import * as schemas from './breaks.schemas.ts';
import { actorOf, doneBy } from './onboarding.presenter.ts';
import { defineRoute, type Route } from './route.ts';
import { instantOf, pageOf } from './schemas.ts';
import { withUpload } from './upload.ts';

const BASE = '/v1/reconciliation';
const common = { tag: 'reconciliation', access: 'finance', idempotency: 'none' } as const;
const forReaders = { ...common, access: 'financeOrOperator' } as const;
const command = { ...common, idempotency: 'required' } as const;

export interface BreaksRoutesOptions {
  breaks: BreaksModule;
  addressIndex(address: string): string;
}

/** Differences that reconciliation found, and what people do about them. */
export function breaksRoutes(options: BreaksRoutesOptions): Route[] {
  return [
    ...readRoutes(options),
    ...summaryRoutes(options),
    assignRoute(options),
    ...workRoutes(options),
    ...evidenceRoutes(options),
    ...resolutionRoutes(options),
  ];
}

function readRoutes({ breaks: { views }, addressIndex }: BreaksRoutesOptions): Route[] {
  return [
    defineRoute({
      ...forReaders,
      method: 'get',
      path: `${BASE}/breaks`,
      operationId: 'listBreaks',
      summary: 'Breaks, those that are due first first',
      request: { query: schemas.listQuery },
      responses: { 200: { description: 'One page', schema: pageOf(schemas.breakSchema) } },
      problems: ['cursor_invalid'],
      handler: async ({ query: { limit, cursor, ...query } }) => {
        const { items, nextCursor } = await views.list(filterOf(query), { limit, ...(cursor && { cursor }) });
        return { status: 200, body: { items: items.map(breakOf), nextCursor } };
      },
    }),
    defineRoute({
      ...forReaders,
      method: 'get',
      path: `${BASE}/breaks/{breakId}`,
      operationId: 'getBreak',
      summary: 'One break: what each side says, why, what happened to it, and what can be done',
      request: { params: schemas.breakParams },
      responses: { 200: { description: 'As it is now', schema: schemas.detailSchema } },
      problems: ['break_not_found'],
      handler: async ({ params }) => ({ status: 200, body: detailOf(await views.get(params.breakId)) }),
    }),
    defineRoute({
      ...common,
      method: 'get',
      path: `${BASE}/breaks/{breakId}/rows`,
      operationId: 'listBreakRows',
      summary: 'A break’s rows as they came, with file, line and hash',
      description: 'Personal data: who looked at them is written to the audit trail.',
      request: { params: schemas.breakParams },
      responses: { 200: { description: 'All of them', schema: schemas.rawRowsSchema } },
      problems: ['break_not_found'],
      handler: async (input) => {
        const by = doneBy(actorOf(input, addressIndex));
        return { status: 200, body: { items: await views.rows(input.params.breakId, by) } };
      },
    }),
  ];
}

function summaryRoutes({ breaks }: BreaksRoutesOptions): Route[] {
  const { views } = breaks;
  return [
    defineRoute({
      ...forReaders,
      method: 'get',
      path: `${BASE}/break-totals`,
      operationId: 'getBreakTotals',
      summary: 'How many breaks a filter finds, and how much is at stake',
      request: { query: schemas.filterQuery },
      responses: { 200: { description: 'By class, severity, age, source', schema: schemas.totalsSchema } },
      problems: [],
      handler: async ({ query }) => ({ status: 200, body: { items: await views.totals(filterOf(query)) } }),
    }),
    defineRoute({
      ...forReaders,
      method: 'get',
      path: `${BASE}/break-digest`,
      operationId: 'getBreakDigest',
      summary: 'How breaks stand now, and what happened in the last day',
      request: {},
      responses: { 200: { description: 'As figures and in words', schema: schemas.digestSchema } },
      problems: [],
      handler: async ({ language }) => {
        const digest = await breaks.digest();
        const { atMs, mostUrgent, ...rest } = digest;
        const text = digestText(digest, language);
        return {
          status: 200,
          body: { ...rest, at: instantOf(atMs), mostUrgent: mostUrgent.map(storedBreakOf), text },
        };
      },
    }),
    defineRoute({
      ...forReaders,
      method: 'get',
      path: `${BASE}/break-owners`,
      operationId: 'listBreakOwners',
      summary: 'Who may own breaks',
      request: {},
      responses: { 200: { description: 'Everybody in finance', schema: schemas.ownersSchema } },
      problems: [],
      handler: async () => {
        const staff = await views.owners();
        return {
          status: 200,
          body: { items: staff.map(({ staffId, displayName }) => ({ staffId, displayName })) },
        };
      },
    }),
  ];
}

function assignRoute({ breaks: { breaks, views }, addressIndex }: BreaksRoutesOptions): Route {
  return defineRoute({
    ...common,
    method: 'post',
    path: `${BASE}/break-assignments`,
    operationId: 'assignBreaks',
    summary: 'Give breaks to somebody, or to nobody',
    request: { body: schemas.assignBody },
    responses: { 200: { description: 'Given', schema: schemas.assignedSchema } },
    problems: [
      'break_not_found',
      'break_not_open',
      'break_owner_unknown',
      'breaks_too_many',
      'breaks_not_named',
    ],
    handler: async (input) => {
      const { owner, reason = null } = input.body;
      const breakIds = await selectedIds(views, input.body, ['open', 'proposed']);
      await breaks.assign(breakIds, owner, reason, doneBy(actorOf(input, addressIndex)));
      return { status: 200, body: { count: breakIds.length } };
    },
  });
}

function workRoutes({ breaks: { breaks, views }, addressIndex }: BreaksRoutesOptions): Route[] {
  const responses = { 200: { description: 'As it is now', schema: schemas.detailSchema } };
  const shown = async (breakId: string) => ({ status: 200, body: detailOf(await views.get(breakId)) });
  return [
    defineRoute({
      ...command,
      method: 'post',
      path: `${BASE}/breaks/{breakId}/comments`,
      operationId: 'commentBreak',
      summary: 'Write something down about a break',
      request: { params: schemas.breakParams, body: schemas.commentBody },
      responses,
      problems: ['break_not_found'],
      handler: async (input) => {
        const { breakId } = input.params;
        await breaks.comment([breakId], input.body.text, doneBy(actorOf(input, addressIndex)));
        return shown(breakId);
      },
    }),
    defineRoute({
      ...command,
      method: 'post',
      path: `${BASE}/breaks/{breakId}/split`,
      operationId: 'splitBreak',
      summary: 'Make some of a break’s rows a break of their own',
      request: { params: schemas.breakParams, body: schemas.splitBody },
      responses: { 201: { description: 'The new break', schema: schemas.detailSchema } },
      problems: ['break_not_found', 'break_not_open', 'break_split_empty'],
      handler: async (input) => {
        const { rows, reason } = input.body;
        const by = doneBy(actorOf(input, addressIndex));
        const partId = await breaks.split(input.params.breakId, rows, reason, by);
        return { ...(await shown(partId)), status: 201 };
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: `${BASE}/breaks/{breakId}/reopen`,
      operationId: 'reopenBreak',
      summary: 'Open a resolved break again; what was booked is booked back',
      request: { params: schemas.breakParams, body: schemas.reasonBody },
      responses,
      problems: ['break_not_found', 'break_not_resolved', 'break_refund_under_way'],
      handler: async (input) => {
        const { breakId } = input.params;
        await breaks.reopen(breakId, input.body.reason, doneBy(actorOf(input, addressIndex)));
        return shown(breakId);
      },
    }),
  ];
}

function evidenceRoutes({ breaks: { breaks }, addressIndex }: BreaksRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      method: 'post',
      path: `${BASE}/breaks/{breakId}/evidence`,
      operationId: 'attachBreakEvidence',
      summary: 'Keep a file with a break',
      description: 'The body is the file itself: PDF, PNG, JPEG, XLSX, ZIP or text, at most 5 MiB.',
      request: { params: schemas.breakParams, query: schemas.evidenceQuery },
      responses: { 201: { description: 'Kept, sealed', schema: schemas.evidenceSchema } },
      problems: [
        'break_not_found',
        'evidence_missing',
        'evidence_too_large',
        'evidence_type_unknown',
        'body_too_large',
      ],
      handler: async (input) => {
        const by = doneBy(actorOf(input, addressIndex));
        const rules = { maxBytes: MAX_EVIDENCE_BYTES, missing: 'evidence_missing' };
        const attached = await withUpload(input.request, rules, async (file) => {
          const { fileName } = input.query;
          return breaks.attach(input.params.breakId, { fileName, bytes: await readFile(file) }, by);
        });
        return { status: 201, body: evidenceOf(attached) };
      },
    }),
    defineRoute({
      ...common,
      method: 'get',
      path: `${BASE}/breaks/{breakId}/evidence/{evidenceId}`,
      operationId: 'getBreakEvidence',
      summary: 'A file that was kept with a break',
      request: { params: schemas.evidenceParams },
      responses: {
        200: { description: 'As it was attached', mediaType: 'application/octet-stream', schema: z.string() },
      },
      problems: ['evidence_not_found'],
      handler: async ({ params }) => {
        const { evidence, bytes } = await breaks.evidence(params.breakId, params.evidenceId);
        // Never shown in the page: whatever it is, it is only offered for saving.
        const name = encodeURIComponent(evidence.fileName);
        return {
          status: 200,
          body: Buffer.from(bytes),
          headers: { 'Content-Disposition': `attachment; filename*=UTF-8''${name}` },
        };
      },
    }),
  ];
}
