import { z } from 'zod';
import type { Actor } from '../agencies/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import type { IntakeResult, Statement, StatementIntake, StatementSources } from '../reconciliation/index.ts';
import { actorOf } from './onboarding.presenter.ts';
import { defineRoute, type Route, signedInCaller } from './route.ts';
import { pageOf } from './schemas.ts';
import * as schemas from './statements.schemas.ts';
import { withUpload } from './upload.ts';

/** Three million rows of a bank's CSV. */
const UPLOAD = { maxBytes: 512 * 1024 * 1024, missing: 'statement_file_missing' };
const SOURCES = '/v1/reconciliation/sources';
const STATEMENTS = '/v1/reconciliation/statements';
const common = { tag: 'reconciliation', access: 'finance', idempotency: 'none' } as const;
const forReaders = { ...common, access: 'financeOrOperator' } as const;

export interface StatementsRoutesOptions {
  sources: StatementSources;
  intake: StatementIntake;
  /** What a file, or a decision about one, sets going. */
  batches: {
    take(
      batch: { sourceId: string; businessDate: string },
      file: { path: string; fileName: string; receivedBy: string },
    ): Promise<IntakeResult>;
    decided(statement: Statement): Promise<void>;
  };
  addressIndex(address: string): string;
}

/** Whose statements our books are held against, and what has come of them. */
export function statementsRoutes(options: StatementsRoutesOptions): Route[] {
  return [...sourceRoutes(options), ...readRoutes(options), uploadRoute(options), decisionRoute(options)];
}

function sourceRoutes({ sources, addressIndex }: StatementsRoutesOptions): Route[] {
  return [
    defineRoute({
      ...forReaders,
      method: 'get',
      path: SOURCES,
      operationId: 'listStatementSources',
      summary: 'Every connection that gives a file of each business date',
      request: {},
      responses: {
        200: { description: 'By id', schema: z.object({ items: z.array(schemas.sourceSchema) }) },
      },
      problems: [],
      handler: async () => ({
        status: 200,
        body: { items: (await sources.list()).map(schemas.sourceOf) },
      }),
    }),
    defineRoute({
      ...common,
      method: 'put',
      path: `${SOURCES}/{sourceId}`,
      operationId: 'changeStatementSource',
      summary: 'Say how a source’s files are read, matched and resolved from now on',
      request: { params: schemas.sourceParams, body: schemas.sourceBody },
      responses: { 200: { description: 'As it is now', schema: schemas.sourceSchema } },
      problems: ['statement_source_not_found', 'statement_source_day_fixed'],
      handler: async (input) => {
        const { currency, cutOff, settings } = input.body;
        const change = { settings, ...(currency && { currency }), ...(cutOff && { cutOff }) };
        const actor: Actor = actorOf(input, addressIndex);
        const changed = await sources.change(input.params.sourceId, change, actor);
        return { status: 200, body: schemas.sourceOf(changed) };
      },
    }),
  ];
}

function readRoutes({ intake, addressIndex }: StatementsRoutesOptions): Route[] {
  return [
    defineRoute({
      ...forReaders,
      method: 'get',
      path: STATEMENTS,
      operationId: 'listStatements',
      summary: 'Statements of both sides with all their revisions, newest first',
      request: { query: schemas.statementsQuery },
      responses: { 200: { description: 'One page', schema: pageOf(schemas.statementSchema) } },
      problems: ['cursor_invalid'],
      handler: async ({ query: { limit, cursor, ...filter } }) => {
        const beforeId = cursor === undefined ? null : cursorOf(cursor);
        const found = await intake.list(filter, { limit: limit + 1, beforeId });
        const items = found.slice(0, limit);
        const nextCursor = found.length > limit ? (items.at(-1)?.statementId ?? null) : null;
        return { status: 200, body: { items: items.map((each) => schemas.statementOf(each)), nextCursor } };
      },
    }),
    defineRoute({
      ...forReaders,
      method: 'get',
      path: `${STATEMENTS}/{statementId}`,
      operationId: 'getStatement',
      summary: 'One statement, with all that its gates found',
      request: { params: schemas.statementParams },
      responses: { 200: { description: 'As it is now', schema: schemas.statementSchema } },
      problems: ['statement_not_found'],
      handler: async ({ params }) => ({
        status: 200,
        body: schemas.statementOf(await intake.get(params.statementId), true),
      }),
    }),
    defineRoute({
      ...common,
      method: 'get',
      path: `${STATEMENTS}/{statementId}/rows`,
      operationId: 'listStatementRows',
      summary: 'Rows as they came, with line and hash',
      description: 'Personal data: who looked at which rows is written to the audit trail.',
      request: { params: schemas.statementParams, query: schemas.rowsQuery },
      responses: { 200: { description: 'One page', schema: schemas.rawRowsSchema } },
      problems: ['statement_not_found'],
      handler: async (input) => {
        const { statementId } = input.params;
        const { rowCount } = await intake.get(statementId);
        const rows = await intake.rawRows(statementId, input.query, actorOf(input, addressIndex));
        return { status: 200, body: schemas.rawRowsOf(rows, rowCount) };
      },
    }),
  ];
}

function uploadRoute({ batches }: StatementsRoutesOptions): Route {
  return defineRoute({
    ...common,
    method: 'post',
    path: `${SOURCES}/{sourceId}/dates/{businessDate}/statements`,
    operationId: 'uploadStatement',
    summary: 'Take in the other side’s file of a business date; another file is a new revision',
    description:
      'The body is the file itself, in any format of docs/statements.md; 512 MiB at most. The same content again changes nothing.',
    request: { params: schemas.batchParams, query: schemas.fileQuery },
    responses: { 200: { description: 'It was read to its end', schema: schemas.takenSchema } },
    problems: [
      'statement_source_not_found',
      'statement_file_missing',
      'batch_not_found',
      'batch_busy',
      'batch_taken_over',
    ],
    handler: async ({ params, query, request, caller }) => {
      const receivedBy = signedInCaller(caller).userId;
      const result = await withUpload(request, UPLOAD, (file) =>
        batches.take(params, { path: file, fileName: query.fileName, receivedBy }),
      );
      if (!('statement' in result)) throw new RangeError(`a file was taken in as ${result.kind}`);
      const outcome = result.kind === 'emptyDay' ? 'accepted' : result.kind;
      return { status: 200, body: { outcome, statement: schemas.statementOf(result.statement, true) } };
    },
  });
}

function decisionRoute({ intake, batches, addressIndex }: StatementsRoutesOptions): Route {
  return defineRoute({
    ...common,
    method: 'post',
    path: `${STATEMENTS}/{statementId}/decision`,
    operationId: 'decideStatement',
    summary: 'Let a stopped file in, although a gate does not hold, or refuse it for good',
    description: 'Who uploaded a file may refuse it, and not let it in.',
    request: { params: schemas.statementParams, body: schemas.decisionBody },
    responses: { 200: { description: 'As it is now', schema: schemas.statementSchema } },
    problems: [
      'statement_not_found',
      'statement_decided',
      'statement_not_whole',
      'statement_replaced',
      'approval_by_submitter',
    ],
    handler: async (input) => {
      const actor = actorOf(input, addressIndex);
      const decided = await intake.decide(input.params.statementId, input.body, actor);
      await batches.decided(decided);
      return { status: 200, body: schemas.statementOf(decided, true) };
    },
  });
}

function cursorOf(cursor: string): string {
  if (!isId('stm', cursor)) throw new DomainError('invalid', 'cursor_invalid');
  return cursor;
}
