import { z } from 'zod';
import { PROBLEM_MEDIA_TYPE, problemSchema } from './problem.ts';
import type { Route, RouteResponse } from './route.ts';

type Json = Record<string, unknown>;
/** What a caller may leave out differs from what an answer always has: a schema with defaults has two faces. */
type Direction = 'input' | 'output';

const SCHEMAS = '#/components/schemas/';

/** The OpenAPI 3.1 document of the routes, from their zod schemas; schemas with a `meta` id become components. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const components = new Components();
  const problem = components.schemaOf(problemSchema, 'output');
  const paths: Record<string, Json> = {};
  for (const route of [...routes].sort(byPath)) {
    const operations = paths[route.path] ?? {};
    operations[route.method] = operationOf(route, components, problem);
    paths[route.path] = operations;
  }
  return {
    openapi: '3.1.0',
    info: { title: 'civicpay', version, description: DESCRIPTION },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: components.sorted(),
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'civicpay_session',
          description: 'Set by signing in.',
        },
      },
    },
  };
}

const DESCRIPTION = `Money is \`{amountMinor, currency}\` in integer minor units. Times are ISO 8601 in UTC. Lists are
\`{items, nextCursor}\`: pass \`nextCursor\` as \`cursor\` to go on. Refusals are RFC 9457 problems in the language of
Accept-Language: decide by \`code\`. Commands carry \`Idempotency-Key\`: repeat one with the same key and body to get
the same answer. Signed-in callers send \`X-CSRF-Token\` from \`GET /v1/session\` with everything but GET.`;

function byPath(a: Route, b: Route): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : a.method < b.method ? -1 : 1;
}

function operationOf(route: Route, components: Components, problem: Json): Json {
  const { params, query, body } = route.request;
  const parameters = [
    ...(params ? parametersIn('path', components.schemaOf(params, 'input')) : []),
    ...(query ? parametersIn('query', components.schemaOf(query, 'input')) : []),
    ...headerParameters(route),
  ];
  const responses: Record<string, Json> = {};
  for (const [status, response] of Object.entries(route.responses)) {
    responses[status] = responseOf(response, components);
  }
  responses.default = {
    description: problemsText(route),
    content: { [PROBLEM_MEDIA_TYPE]: { schema: problem } },
  };
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    'x-access': route.access,
    'x-problems': route.problems,
    security: route.access === 'public' ? [] : [{ session: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: components.schemaOf(body, 'input') } },
      },
    }),
    responses,
  };
}

function responseOf(response: RouteResponse, components: Components): Json {
  const { description, schema, mediaType } = response;
  if (!schema && mediaType === undefined) return { description };
  const content = schema ? { schema: components.schemaOf(schema, 'output') } : {};
  return { description, content: { [mediaType ?? 'application/json']: content } };
}

function problemsText({ problems }: Route): string {
  const own =
    problems.length === 0 ? '' : ` Of its own: ${problems.map((code) => `\`${code}\``).join(', ')}.`;
  return `A problem.${own}`;
}

function parametersIn(where: 'path' | 'query', schema: Json): Json[] {
  const required = new Set((schema.required as string[] | undefined) ?? []);
  return Object.entries((schema.properties ?? {}) as Record<string, Json>).map(([name, property]) => {
    const { description, ...rest } = property;
    return {
      name,
      in: where,
      required: where === 'path' || required.has(name),
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
}

function headerParameters(route: Route): Json[] {
  const headers: Json[] = [];
  if (route.idempotency === 'required') {
    headers.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: true,
      description: 'Made by the caller for each command and kept when it is retried.',
      schema: { type: 'string', minLength: 8, maxLength: 128 },
    });
  }
  if (route.method !== 'get' && route.idempotency !== 'webhook') {
    headers.push({
      name: 'X-CSRF-Token',
      in: 'header',
      required: false,
      description: 'From `GET /v1/session`; required of signed-in callers.',
      schema: { type: 'string' },
    });
  }
  return headers;
}

/** Collects named schemas while operations are written. */
class Components {
  private readonly schemas = new Map<string, Json>();

  /** The JSON Schema of a zod schema; what has a name is put among the components and referred to. */
  schemaOf(schema: z.ZodType, direction: Direction): Json {
    const { $schema: _, $defs, ...root } = z.toJSONSchema(schema, { io: direction }) as Json;
    for (const [id, definition] of Object.entries(($defs ?? {}) as Record<string, Json>)) {
      this.add(nameOf(id, direction), referring(definition, direction) as Json);
    }
    return referring(root, direction) as Json;
  }

  sorted(): Record<string, Json> {
    return Object.fromEntries([...this.schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private add(name: string, schema: Json): void {
    const there = this.schemas.get(name);
    if (there && JSON.stringify(there) !== JSON.stringify(schema)) {
      throw new Error(`two schemas are called ${name}: give one of them another id`);
    }
    this.schemas.set(name, schema);
  }
}

function nameOf(id: string, direction: Direction): string {
  return direction === 'output' || id.endsWith('Input') ? id : `${id}Input`;
}

/** The same schema with references into the components instead of into itself. */
function referring(schema: unknown, direction: Direction): unknown {
  if (Array.isArray(schema)) return schema.map((item) => referring(item, direction));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) =>
      key === '$ref' && typeof value === 'string'
        ? [key, value.replace(/^#\/\$defs\/(.+)$/, (_, id: string) => SCHEMAS + nameOf(id, direction))]
        : [key, referring(value, direction)],
    ),
  );
}
