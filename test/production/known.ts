import { readFileSync } from 'node:fs';
import path from 'node:path';

// What the product knows, for comparing with what deploy/ says.

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const DEPLOY = path.join(ROOT, 'deploy');
export const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const [, schema = ''] =
  /const environment = z\.object\(\{\n([\s\S]*?)\n\}\);/.exec(read('src/app/config.ts')) ?? [];
/** What config.ts reads, by name. */
export const SETTINGS = [...schema.matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name]) => name ?? '');
/** What `civicpay` can be told to do. */
export const COMMANDS = [...read('src/app/cli/main.ts').matchAll(/\.command\('(\w+)'\)/g)].map(
  ([, name]) => name,
);
/** A process that has not ended by itself after this is ended by itself. */
export const STOP_TIMEOUT_MS = Number(
  /STOP_TIMEOUT_MS = ([\d_]+)/.exec(read('src/app/cli/serve.ts'))?.[1]?.replaceAll('_', ''),
);
export const HEALTH_PATHS = [...read('src/http/health.ts').matchAll(/router\.get\('(\/\w+)'/g)].map(
  ([, url]) => url,
);
/** Of a demo alone; production would believe its sandboxes. */
export const NEVER_SET = ['DEMO'];

const KEY = Buffer.alloc(32).toString('base64');
/** Stands for what an operator fills in. */
export const FILLED_IN: Readonly<Record<string, string>> = {
  PUBLIC_URL: 'https://pay.example.cn',
  DATABASE_URL: 'mysql://civicpay_app:secret@mariadb:3306/civicpay',
  REDIS_URL: 'redis://:secret@redis:6379/0',
  VAULT_KEYS: JSON.stringify({ a: KEY }),
  VAULT_CURRENT_KEY: 'a',
  VAULT_INDEX_KEY: KEY,
  SMS_WEBHOOK_URL: 'https://sms.example.cn/send',
  SMS_WEBHOOK_SECRET: `whsec_${KEY}`,
  PAYOUT_ACCOUNT: JSON.stringify({
    bankId: 'our-bank',
    holderName: '羊城市民缴费平台',
    bankName: '某银行广州分行',
    bankCode: '313581000014',
    accountNumber: '6222000000000000001',
  }),
};

/** Sorted, without some. */
export const without = (all: readonly string[], some: readonly string[]) =>
  all.filter((name) => !some.includes(name)).sort();
