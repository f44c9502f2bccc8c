import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from '../http/openapi.ts';
import { loadConfig } from './config.ts';
import { createContainer } from './container.ts';
import { createRoutes } from './routes.ts';
import { API_VERSION } from './version.ts';

/** The committed document: `docs/openapi.json`. */
export const OPENAPI_FILE = path.resolve(import.meta.dirname, '../../docs/openapi.json');

/** The document of every route, those of a demo included, as it is committed. Connects to nothing. */
export function openApiText(): string {
  const nobodysKey = Buffer.alloc(32).toString('base64');
  const nobodysSecret = 'x'.repeat(16);
  const config = loadConfig({
    DATABASE_URL: 'postgres://nobody@localhost:1/nothing',
    VAULT_KEYS: JSON.stringify({ none: nobodysKey }),
    VAULT_CURRENT_KEY: 'none',
    VAULT_INDEX_KEY: nobodysKey,
    LOG_LEVEL: 'silent',
    DEMO: JSON.stringify({
      city: { offers: [], accounts: [] },
      powerAgency: { url: 'http://localhost:1', appSecret: nobodysSecret, controlToken: nobodysSecret },
      bank: {
        url: 'http://localhost:1',
        merchantKey: nobodysSecret,
        webhookSecret: nobodysSecret,
        controlToken: nobodysSecret,
      },
      staff: [],
    }),
  });
  const document = openApiDocument(createRoutes(createContainer(config, 'openapi')), API_VERSION);
  return `${JSON.stringify(document, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(OPENAPI_FILE, openApiText());
