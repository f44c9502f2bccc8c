import fc from 'fast-check';

/** As much of JSON Schema as the API's document uses. */
interface Schema {
  $ref?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

export interface Operation {
  operationId: string;
  method: string;
  path: string;
  parameters: readonly { name: string; in: string; schema: Schema }[];
  body: Schema | null;
}

export interface ApiDocument {
  paths: Record<
    string,
    Record<
      string,
      {
        operationId: string;
        parameters?: Operation['parameters'];
        requestBody?: { content: Record<string, { schema?: Schema }> };
      }
    >
  >;
  components: { schemas: Record<string, Schema> };
}

/** Every operation of the document. */
export function operationsOf({ paths }: ApiDocument): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters, requestBody }]) => ({
      operationId,
      method: method.toUpperCase(),
      path,
      parameters: parameters ?? [],
      body: requestBody ? (requestBody.content['application/json']?.schema ?? {}) : null,
    })),
  );
}

/** What breaks those who did not expect it. */
const NASTY: readonly unknown[] = [
  null,
  '',
  ' ',
  0,
  -1,
  1.5,
  2 ** 53,
  -0.0001,
  1e308,
  true,
  [],
  {},
  [[]],
  '0',
  '__proto__',
  'constructor',
  "' or 1=1 --",
  '"; drop table payments; --',
  '{{7*7}}#{7*7}',
  '<script>alert(1)</script>',
  '../../../etc/passwd',
  '%s%n%x',
  '\u0000',
  '\ud800',
  '\u202e中文\u0301',
  '𠮷😀'.repeat(20),
  'x'.repeat(3_000),
  '9'.repeat(400),
  '2026-02-30T25:61:61Z',
];
const nasty = fc.constantFrom(...NASTY);

/** Values that the schema allows, as far as it is understood. */
export function allowedBy(schema: Schema, document: ApiDocument, depth = 0): fc.Arbitrary<unknown> {
  const inner = (part: Schema) => allowedBy(part, document, depth + 1);
  if (depth > 6) return fc.constant(null);
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return inner(document.components.schemas[name] ?? {});
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(inner));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object') return objectAllowedBy(schema, inner);
  if (type === 'array') {
    const lengths = { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 4, 4) };
    return fc.array(inner(schema.items ?? {}), lengths);
  }
  if (type === 'string') return stringAllowedBy(schema);
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer' || type === 'number') {
    const max = Math.min(schema.maximum ?? 1_000_000, Number.MAX_SAFE_INTEGER);
    return fc.integer({ min: Math.max(schema.minimum ?? 0, Number.MIN_SAFE_INTEGER), max });
  }
  return fc.jsonValue();
}

function objectAllowedBy(
  { properties = {}, required = [], additionalProperties }: Schema,
  inner: (part: Schema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const parts = Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, inner(part)]));
  const named = fc.record(parts, { requiredKeys: required.filter((name) => name in parts) });
  if (typeof additionalProperties !== 'object') return named;
  const more = fc.dictionary(fc.string({ maxLength: 20 }), inner(additionalProperties), { maxKeys: 3 });
  return fc.tuple(named, more).map(([a, b]) => ({ ...b, ...a }));
}

function stringAllowedBy({ pattern, minLength = 0, maxLength = 60 }: Schema): fc.Arbitrary<string> {
  if (pattern) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, Math.min(maxLength, 60)) });
}

/** The same value with one thing in it replaced, removed or added. */
function spoiled(value: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(value);
  return fc
    .tuple(fc.constantFrom(...places), fc.constantFrom('replace', 'remove', 'add'), nasty)
    .map(([place, change, thing]) => changed(value, place, change, thing));
}

function placesIn(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, part]) => placesIn(part, [...at, name]))];
}

function changed(
  value: unknown,
  [step, ...rest]: readonly string[],
  change: string,
  thing: unknown,
): unknown {
  const isBranch = typeof value === 'object' && value !== null;
  if (step === undefined) return change === 'add' && isBranch ? { ...value, surprise: thing } : thing;
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === step ? changed(item, rest, change, thing) : item));
  }
  const { [step]: part, ...others } = value as Record<string, unknown>;
  if (rest.length === 0 && change === 'remove') return others;
  return { ...others, [step]: changed(part, rest, change, thing) };
}

/** Bodies from nearly right to no JSON at all; `examples` are right but for what they say. */
export function bodyFor(
  schema: Schema,
  document: ApiDocument,
  examples: readonly unknown[],
): fc.Arbitrary<Buffer> {
  const right =
    examples.length > 0
      ? fc.oneof(allowedBy(schema, document), fc.constantFrom(...examples))
      : allowedBy(schema, document);
  const asJson = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '');
  return fc.oneof(
    { weight: 4, arbitrary: right.chain(spoiled).map(asJson) },
    { weight: 3, arbitrary: right.map(asJson) },
    { weight: 1, arbitrary: fc.json().map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 1,
      arbitrary: right.map((value) => asJson(value).subarray(0, -1)),
    },
  );
}

/** A step of a path or a value of a query, as it goes into a URL. */
export function textFor(
  schema: Schema,
  document: ApiDocument,
  examples: readonly string[],
): fc.Arbitrary<string> {
  return fc
    .oneof(
      { weight: 3, arbitrary: allowedBy(schema, document).map(String) },
      { weight: examples.length > 0 ? 3 : 0, arbitrary: fc.constantFrom('', ...examples) },
      { weight: 2, arbitrary: nasty.map(String) },
    )
    .map((text) => encodeURIComponent(text.slice(0, 300).replace(/\p{Surrogate}/gu, '\ufffd')));
}

const headerText = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 80,
});

/** Headers that somebody might send, in forms that nobody should. */
export const oddHeaders = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'accept',
    'accept-language',
    'cookie',
    'origin',
    'sec-fetch-site',
    'x-csrf-token',
    'idempotency-key',
    'traceparent',
    'last-event-id',
    'if-none-match',
    'range',
    'content-encoding',
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
  ),
  fc.oneof(headerText, fc.constantFrom('application/json', 'gzip', 'bytes=9-1', 'text/event-stream', '0')),
  { maxKeys: 3 },
);
