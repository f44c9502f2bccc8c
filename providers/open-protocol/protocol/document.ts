import { z } from 'zod';
import {
  accountRequestSchema,
  billsAnswerSchema,
  paymentAnswerSchema,
  paymentQuerySchema,
  paymentRequestSchema,
  plansAnswerSchema,
  STATEMENT_COLUMNS,
  statementAnswerSchema,
  statementRequestSchema,
  undoAnswerSchema,
  undoRequestSchema,
  validationAnswerSchema,
  webhookSchema,
} from '../wire.ts';

/** What is published of the protocol, made of the schemas that the provider itself reads by. */

interface Operation {
  id: string;
  path: string;
  summary: string;
  request: z.ZodType;
  answer: z.ZodType;
}

const OPERATIONS: readonly Operation[] = [
  {
    id: 'validateAccount',
    path: '/accounts/validate',
    summary: 'Whether an account is there, for payments that begin with one',
    request: accountRequestSchema,
    answer: validationAnswerSchema,
  },
  {
    id: 'queryBills',
    path: '/bills/query',
    summary: 'What is due at an account',
    request: accountRequestSchema,
    answer: billsAnswerSchema,
  },
  {
    id: 'queryPlans',
    path: '/plans/query',
    summary: 'What an account can be topped up with',
    request: accountRequestSchema,
    answer: plansAnswerSchema,
  },
  {
    id: 'pay',
    path: '/payments',
    summary: 'Post a payment that has been debited; once per reference',
    request: paymentRequestSchema,
    answer: paymentAnswerSchema,
  },
  {
    id: 'queryPayment',
    path: '/payments/query',
    summary: 'What became of a payment; answered at any hour',
    request: paymentQuerySchema,
    answer: paymentAnswerSchema,
  },
  {
    id: 'reverse',
    path: '/payments/reverse',
    summary: 'Undo a payment on its own business date; once per reference',
    request: undoRequestSchema,
    answer: undoAnswerSchema,
  },
  {
    id: 'refund',
    path: '/payments/refund',
    summary: 'Undo a payment on a later business date; once per reference',
    request: undoRequestSchema,
    answer: undoAnswerSchema,
  },
  {
    id: 'queryStatement',
    path: '/statements/query',
    summary: 'Everything that was posted on a business date, of all agencies of the endpoint',
    request: statementRequestSchema,
    answer: statementAnswerSchema,
  },
];

/** JSON Schemas (draft 2020-12) by name: `pay.request`, `pay.answer`, …, `webhook`. */
export function protocolSchemas(): Record<string, object> {
  const schemas = OPERATIONS.flatMap(({ id, request, answer }) => [
    [`${id}.request`, schemaOf(request)],
    [`${id}.answer`, schemaOf(answer)],
  ]);
  return Object.fromEntries([...schemas, ['webhook', schemaOf(webhookSchema)]]);
}

/** The OpenAPI 3.1 document. */
export function openApiDocument(): object {
  const paths = OPERATIONS.map(({ id, path, summary }) => [
    path,
    {
      post: {
        operationId: id,
        summary,
        parameters: SIGNATURE_HEADERS.map((name) => ({ $ref: `#/components/parameters/${name}` })),
        requestBody: { required: true, content: json(`${id}.request`) },
        responses: {
          '200': {
            description: 'Every outcome, told by its member `outcome`. Signed.',
            content: id === 'queryStatement' ? { ...json(`${id}.answer`), ...CSV } : json(`${id}.answer`),
          },
          '4XX': {
            description: 'Not taken in, and nothing done: an unsigned, old or malformed request. Signed.',
          },
        },
      },
    },
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'civicpay open protocol',
      version: '1.0.0',
      description:
        'What an agency implements so that residents can pay it. README.md says how it is signed, and why.',
    },
    paths: Object.fromEntries(paths),
    webhooks: {
      paymentFinished: {
        post: {
          summary:
            'From the agency to civicpay: what became of a payment that was pending. May be sent again',
          requestBody: { required: true, content: json('webhook') },
          responses: { '204': { description: 'Taken. Anything else: send it again later' } },
        },
      },
    },
    components: { parameters: headerParameters(), schemas: componentSchemas() },
  };
}

const SIGNATURE_HEADERS = ['Content-Digest', 'Signature-Input', 'Signature'] as const;

const CSV = {
  'text/csv': { schema: { type: 'string', description: `Columns: ${STATEMENT_COLUMNS.join(', ')}` } },
};

/** The same schemas as parts of one document: what they share stands beside them, once. */
function componentSchemas(): object {
  const schemas = protocolSchemas() as Record<string, { $defs?: object }>;
  const shared = Object.assign({}, ...Object.values(schemas).map(({ $defs }) => $defs)) as object;
  const own = Object.entries(schemas).map(([name, { $defs: _, ...schema }]) => [name, schema]);
  const text = JSON.stringify({ ...shared, ...Object.fromEntries(own) });
  return JSON.parse(text.replaceAll('#/$defs/', '#/components/schemas/')) as object;
}

function headerParameters(): object {
  const standards = {
    'Content-Digest': 'RFC 9530, sha-256',
    'Signature-Input': 'RFC 9421',
    Signature: 'RFC 9421',
  };
  return Object.fromEntries(
    SIGNATURE_HEADERS.map((name) => [
      name,
      { name, in: 'header', required: true, description: standards[name], schema: { type: 'string' } },
    ]),
  );
}

function json(name: string): object {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } };
}

function schemaOf(schema: z.ZodType): object {
  // As input: members that nobody knows yet are allowed.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}
