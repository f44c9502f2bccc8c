import { z } from 'zod';
import { type BillFiles, billFileSetupSchema } from '../bill-files/index.ts';
import {
  billFilePreviewSchema,
  billImportSchema,
  billRevisionSchema,
  previewOf,
  revisionOf,
} from './bill-files.schemas.ts';
import { defineRoute, type Route, signedInCaller } from './route.ts';
import { agencyIdSchema, idSchema, pageOf, pageQuery } from './schemas.ts';
import { withUpload } from './upload.ts';

/** A million bills are about sixty megabytes of CSV. */
const UPLOAD = { maxBytes: 512 * 1024 * 1024, missing: 'bill_file_missing' };

const agencyParams = z.object({ agencyId: agencyIdSchema });
const fileQuery = z.object({ fileName: z.string().min(1).max(200).default('bills') });
const PATH = '/v1/agencies/{agencyId}/bill-files';
const common = {
  tag: 'bill files',
  access: 'operatorOrAgency',
  keyScope: 'billFiles',
  idempotency: 'none',
} as const;

export interface BillFilesRoutesOptions {
  billFiles: BillFiles;
}

/** Bills in by file, payment advice out: for agencies without a system of their own. */
export function billFilesRoutes(options: BillFilesRoutesOptions): Route[] {
  return [...setupRoutes(options), ...uploadRoutes(options), ...historyRoutes(options), adviceRoute(options)];
}

function setupRoutes({ billFiles }: BillFilesRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      method: 'get',
      path: `${PATH}/setup`,
      operationId: 'getBillFileSetup',
      summary: 'How the agency’s files are read',
      request: { params: agencyParams },
      responses: { 200: { description: 'As it was last set', schema: billFileSetupSchema } },
      problems: ['bill_book_not_found'],
      handler: async ({ params }) => ({ status: 200, body: await billFiles.getSetup(params.agencyId) }),
    }),
    defineRoute({
      ...common,
      method: 'put',
      path: `${PATH}/setup`,
      operationId: 'putBillFileSetup',
      summary: 'Say how the agency’s files are read; what is in its books stays',
      request: { params: agencyParams, body: billFileSetupSchema },
      responses: { 200: { description: 'As it is now', schema: billFileSetupSchema } },
      problems: ['agency_not_found', 'bill_book_not_possible', 'bill_file_setup_invalid'],
      handler: async ({ params, body }) => ({
        status: 200,
        body: await billFiles.setUp(params.agencyId, body),
      }),
    }),
  ];
}

function uploadRoutes({ billFiles }: BillFilesRoutesOptions): Route[] {
  const upload =
    'The body is the file itself: CSV (UTF-8, GB18030) or XLSX, plain, gzip or zip; 512 MiB at most.';
  return [
    defineRoute({
      ...common,
      method: 'post',
      path: `${PATH}/previews`,
      operationId: 'previewBillFile',
      summary: 'The first lines of a file as they would be understood; stores nothing',
      description: upload,
      request: { params: agencyParams },
      responses: { 200: { description: 'Twenty lines at most', schema: billFilePreviewSchema } },
      problems: ['bill_book_not_found', 'bill_file_missing'],
      handler: async ({ params, request }) => {
        const shown = await withUpload(request, UPLOAD, (file) => billFiles.preview(params.agencyId, file));
        return { status: 200, body: previewOf(shown) };
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: PATH,
      operationId: 'importBillFile',
      summary: 'Take the bills of a file into the agency’s books',
      description: `${upload} A file that was taken in before changes nothing, and is answered as such.`,
      request: {
        params: agencyParams,
        query: fileQuery.extend({
          again: z.enum(['true', 'false']).default('false').describe('Although it was taken in before'),
        }),
      },
      responses: {
        200: { description: 'It was read to its end: what came of it', schema: billImportSchema },
      },
      problems: ['bill_book_not_found', 'bill_file_missing', 'bill_import_broken_off', 'bill_import_running'],
      handler: async ({ params, query, request, caller }) => {
        const { kind, revision } = await withUpload(request, UPLOAD, (file) =>
          billFiles.importFile({
            agencyId: params.agencyId,
            path: file,
            fileName: query.fileName,
            importedBy: signedInCaller(caller).userId,
            isAgain: query.again === 'true',
          }),
        );
        return { status: 200, body: { outcome: kind, revision: revisionOf(revision) } };
      },
    }),
  ];
}

function historyRoutes({ billFiles }: BillFilesRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      method: 'get',
      path: PATH,
      operationId: 'listBillFiles',
      summary: 'The files that were taken in or refused, newest first',
      request: { params: agencyParams, query: pageQuery },
      responses: { 200: { description: 'One page', schema: pageOf(billRevisionSchema) } },
      problems: ['bill_book_not_found', 'cursor_invalid'],
      handler: async ({ params, query }) => {
        const { items, nextCursor } = await billFiles.listRevisions(params.agencyId, query);
        return { status: 200, body: { items: items.map((item) => revisionOf(item)), nextCursor } };
      },
    }),
    defineRoute({
      ...common,
      method: 'get',
      path: `${PATH}/{revisionId}`,
      operationId: 'getBillFile',
      summary: 'One file, with all that was wrong with it',
      request: { params: agencyParams.extend({ revisionId: idSchema('brv') }) },
      responses: { 200: { description: 'What came of it', schema: billRevisionSchema } },
      problems: ['bill_revision_not_found'],
      handler: async ({ params: { agencyId, revisionId } }) => {
        const revision = await billFiles.getRevision(agencyId, revisionId);
        return { status: 200, body: revisionOf(revision, true) };
      },
    }),
  ];
}

function adviceRoute({ billFiles }: BillFilesRoutesOptions): Route {
  const states = z.object({ state: z.enum(['notReady', 'emptyDay', 'unavailable']) });
  return defineRoute({
    ...common,
    method: 'get',
    path: '/v1/agencies/{agencyId}/payment-advice/{businessDate}',
    operationId: 'getPaymentAdvice',
    summary: 'The file of what was paid on a business date, with its sum',
    request: {
      params: agencyParams.extend({ businessDate: z.iso.date() }),
      query: z.object({ format: z.enum(['csv', 'xlsx']).default('csv') }),
    },
    responses: {
      200: { description: 'CSV or XLSX', mediaType: 'application/octet-stream', schema: z.string() },
      202: { description: 'No file: the date is not over, or nothing was paid', schema: states },
    },
    problems: ['bill_book_not_found'],
    handler: async ({ params: { agencyId, businessDate }, query }) => {
      const advice = await billFiles.advice(agencyId, businessDate, query.format);
      if (advice.kind !== 'ready') return { status: 202, body: { state: advice.kind } };
      const headers = { 'content-disposition': `attachment; filename="${advice.fileName}"` };
      return { status: 200, body: advice.content, headers };
    },
  });
}
