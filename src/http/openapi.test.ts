import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { checkedApi } from '../../test/support/api.ts';
import { frameWith } from '../../test/support/http-app.ts';
import { openApiDocument } from './openapi.ts';
import { defineRoute, type Route } from './route.ts';
import { moneySchema, pageOf, pageQuery } from './schemas.ts';

/** As much of the document's shape as is looked at here. */
interface OpenApi {
  openapi: string;
  components: {
    schemas: Record<string, { required: string[]; properties: Record<string, { $ref?: string }> }>;
  };
  paths: Record<
    string,
    Record<
      string,
      {
        security: unknown[];
        parameters: { name: string; required: boolean }[];
        responses: Record<string, { description: string; content?: unknown }>;
      }
    >
  >;
}

const itemSchema = z
  .object({ amount: moneySchema, note: z.string().default('none'), paidAt: z.iso.datetime().nullable() })
  .meta({ id: 'TestItem' });
const common = {
  tag: 'test',
  summary: 'For tests',
  access: 'public',
  idempotency: 'none',
  problems: [],
} as const;

function listRoute(answer: unknown): Route {
  return defineRoute({
    ...common,
    method: 'get',
    path: '/v1/items',
    operationId: 'listItems',
    request: { query: pageQuery },
    responses: { 200: { description: 'A page', schema: pageOf(itemSchema) } },
    handler: async () => ({ status: 200, body: answer }),
  });
}

const writeRoute = defineRoute({
  ...common,
  method: 'post',
  path: '/v1/items/{itemId}/parts.pdf',
  operationId: 'writeItem',
  access: 'resident',
  idempotency: 'required',
  problems: ['not_possible_now'],
  request: { params: z.object({ itemId: z.string() }), body: itemSchema },
  responses: { 200: { description: 'The file', mediaType: 'application/pdf' }, 204: { description: 'None' } },
  handler: async () => ({ status: 204 }),
});

describe('the OpenAPI document', () => {
  const document = openApiDocument([writeRoute, listRoute(null)], '1.2.3') as unknown as OpenApi;

  it('says what callers send and what they get, each by its own face of a schema', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.components.schemas)).toEqual([
      'Money',
      'MoneyInput',
      'Problem',
      'TestItem',
      'TestItemInput',
    ]);
    expect(document.components.schemas.TestItem?.required).toEqual(['amount', 'note', 'paidAt']);
    expect(document.components.schemas.TestItemInput?.required).toEqual(['amount', 'paidAt']);
    expect(document.components.schemas.TestItemInput?.properties.amount?.$ref).toBe(
      '#/components/schemas/MoneyInput',
    );
  });

  it('says who may call, with what headers, and what may go wrong', () => {
    const operation = document.paths['/v1/items/{itemId}/parts.pdf']?.post;
    expect(operation?.security).toEqual([{ session: [] }]);
    expect(operation?.parameters.map((parameter) => [parameter.name, parameter.required])).toEqual([
      ['itemId', true],
      ['Idempotency-Key', true],
      ['X-CSRF-Token', false],
    ]);
    expect(operation?.responses.default?.description).toContain('`not_possible_now`');
    expect(operation?.responses['200']?.content).toEqual({ 'application/pdf': {} });
    expect(document.paths['/v1/items']?.get?.security).toEqual([]);
    expect(document.paths['/v1/items']?.get?.parameters[0]).toMatchObject({
      name: 'limit',
      in: 'query',
      required: false,
    });
  });

  it('is the same whatever the order of the routes', () => {
    const other = openApiDocument([listRoute(null), writeRoute], '1.2.3');
    expect(JSON.stringify(other)).toBe(JSON.stringify(document));
  });

  it('holds only schemas that a validator takes', () => {
    const ajv = new Ajv2020({ strict: false, unicodeRegExp: false, validateFormats: false });
    ajv.addSchema(document, 'doc');
    for (const name of Object.keys(document.components.schemas)) {
      expect(() => ajv.compile({ $ref: `doc#/components/schemas/${name}` })).not.toThrow();
    }
  });

  it('refuses two schemas of one name', () => {
    const impostor = defineRoute({
      ...common,
      method: 'get',
      path: '/v1/impostor',
      operationId: 'impostor',
      request: {},
      responses: { 200: { description: 'x', schema: z.object({ cents: z.number() }).meta({ id: 'Money' }) } },
      handler: async () => ({ status: 200 }),
    });
    expect(() => openApiDocument([listRoute(null), impostor], '1')).toThrow('Money');
  });
});

describe('the check of answers against it', () => {
  const good = { amount: { amountMinor: 1, currency: 'CNY' }, note: 'x', paidAt: '2026-11-21T00:00:00.000Z' };
  const page = (item: unknown) => ({ items: [item], nextCursor: null });
  const ask = async (answer: unknown) => {
    const { app, openApi } = frameWith([listRoute(answer)], []);
    await checkedApi(app, openApi).get('/v1/items');
  };

  it('lets pass what is documented', async () => {
    await ask(page(good));
  });

  it.each([
    ['a field that nobody knows of', page({ ...good, phone: '1' })],
    ['a missing field', page({ amount: good.amount, note: 'x' })],
    ['a wrong type', page({ ...good, amount: { amountMinor: 1.5, currency: 'CNY' } })],
    ['a wrong format', page({ ...good, paidAt: 'yesterday' })],
    ['no body', undefined],
  ])('refuses %s', async (_, answer) => {
    await expect(ask(answer)).rejects.toThrow('GET /v1/items answered 200');
  });
});
