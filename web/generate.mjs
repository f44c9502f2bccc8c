// Writes the API's types from docs/openapi.json, so that a page that disagrees with the server does not compile.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import openapiTypescript, { astToString } from 'openapi-typescript';

const spec = new URL('../docs/openapi.json', import.meta.url);
const target = new URL('./src/generated/api.d.ts', import.meta.url);

export async function generateApiTypes() {
  const text = astToString(await openapiTypescript(spec));
  await mkdir(new URL('.', target), { recursive: true });
  const before = await readFile(target, 'utf8').catch(() => '');
  // Left alone when nothing changed: watchers would reload for nothing.
  if (before !== text) await writeFile(target, text);
}

if (process.argv[1] && import.meta.url === new URL(process.argv[1], 'file:').href) await generateApiTypes();
