import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openApiDocument, protocolSchemas } from './document.ts';

// Writes what is published: node --import tsx providers/open-protocol/protocol/main.ts
const folder = import.meta.dirname;
const write = (file: string, value: object) =>
  writeFileSync(path.join(folder, file), `${JSON.stringify(value, null, 2)}\n`);
mkdirSync(path.join(folder, 'schemas'), { recursive: true });
write('openapi.json', openApiDocument());
for (const [name, schema] of Object.entries(protocolSchemas())) {
  write(`schemas/${name}.json`, { $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema });
}
