import { readFileSync } from 'node:fs';
import { OPENAPI_FILE, openApiText } from './openapi.ts';

describe('docs/openapi.json', () => {
  it('is what the routes say; if not, run `npm run openapi`', () => {
    expect(readFileSync(OPENAPI_FILE, 'utf8')).toBe(openApiText());
  });
});
