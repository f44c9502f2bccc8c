import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openApiDocument, protocolSchemas } from './document.ts';

const read = (file: string) => readFileSync(path.join(import.meta.dirname, file), 'utf8');
const examples = readdirSync(path.join(import.meta.dirname, 'examples'));
const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
const AGAIN = 'if not: node --import tsx providers/open-protocol/protocol/main.ts';

/** `pay.answer.accepted.json` is an example of `pay.answer`, `webhook.posted.json` of `webhook`. */
function schemaNameOf(file: string): string {
  const [operation = '', side = ''] = file.split('.');
  return operation === 'webhook' ? operation : `${operation}.${side}`;
}

describe('what is published of the protocol', () => {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const schemaNames = Object.keys(protocolSchemas());
  const validators = new Map(
    schemaNames.map((name) => [name, ajv.compile(JSON.parse(read(`schemas/${name}.json`)) as object)]),
  );

  it(`is what the provider reads by; ${AGAIN}`, () => {
    expect(JSON.parse(read('openapi.json'))).toEqual(openApiDocument());
    for (const [name, schema] of Object.entries(protocolSchemas())) {
      expect(JSON.parse(read(`schemas/${name}.json`))).toEqual({ $schema: DRAFT, ...schema });
    }
    const files = readdirSync(path.join(import.meta.dirname, 'schemas'));
    expect(files.sort()).toEqual(schemaNames.map((name) => `${name}.json`).sort());
  });

  it('refers to nothing that is not in it', () => {
    const document = openApiDocument() as { components: Record<string, Record<string, object>> };
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    const missing = references.filter(([, kind = '', name = '']) => !document.components[kind]?.[name]);
    expect(missing.map(([text]) => text)).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('#/$defs/');
  });

  it.each(examples)('%s is what its schema says', (file) => {
    const validate = validators.get(schemaNameOf(file));
    if (!validate) throw new Error(`no schema ${schemaNameOf(file)}`);
    validate(JSON.parse(read(`examples/${file}`)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('refuses an amount with a fraction, and allows what is new', () => {
    const validate = validators.get('queryPayment.answer');
    const accepted = JSON.parse(read('examples/pay.answer.accepted.json')) as { amount: object };
    expect(validate?.({ ...accepted, later: true })).toBe(true);
    expect(validate?.({ ...accepted, amount: { amountMinor: 0.5, currency: 'CNY' } })).toBe(false);
  });

  it('has an example of most messages', () => {
    const shown = new Set(examples.map(schemaNameOf));
    expect(schemaNames.filter((name) => !shown.has(name)).length).toBeLessThanOrEqual(4);
  });
});
