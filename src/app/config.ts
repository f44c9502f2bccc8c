import { z } from 'zod';
import type { VaultKeys } from '../infra/crypto/index.ts';
import { type DbDialect, dialectOfUrl } from '../infra/db/index.ts';
import type { LogLevel } from '../infra/log/index.ts';
import type { QueueStore } from '../infra/queue/index.ts';

/** Everything that a process is told from outside. Made by `loadConfig` from environment variables. */
export interface Config {
  /** PORT: where the server listens. */
  port: number;
  /** HOST: the address it listens on; loopback unless said otherwise. */
  host: string;
  /** PUBLIC_URL: how browsers reach it; passkeys, confirm pages and receipts' codes point here. */
  publicUrl: string;
  /** TRUST_PROXY: how many proxies before the server are ours, whose X-Forwarded-For is believed. */
  trustProxyHops: number;
  /** REQUESTS_PER_MINUTE: what one client address may send; counted in each process. */
  requestsPerMinute: number;
  /** DATABASE_URL: `mysql://`, `mariadb://` or `postgres://`, with user, password and database. */
  databaseUrl: string;
  databaseDialect: DbDialect;
  /** POOL_MAX: connections to the database that one process may hold. */
  poolMax: number;
  /** REDIS_URL, or the PostgreSQL of DATABASE_URL when there is none. */
  queueStore: QueueStore;
  /** VAULT_KEYS, VAULT_CURRENT_KEY, VAULT_INDEX_KEY: what personal data are encrypted and indexed with. */
  vaultKeys: VaultKeys;
  /** SMS_WEBHOOK_URL, SMS_WEBHOOK_SECRET: who sends text messages; null: residents can't sign in. */
  smsWebhook: { url: string; secret: string } | null;
  /** PAYOUT_ACCOUNT: whose account agencies are paid from, and the bank's id in the ledger; null: nothing can be paid out. */
  payoutAccount: z.output<typeof payoutAccount> | null;
  /** LOG_LEVEL */
  logLevel: LogLevel;
  /** DEMO: the sandboxes and the people of a demo; null everywhere else. */
  demo: DemoSettings | null;
}

/** What `npm start` tells the server about the demo around it, as JSON in DEMO. */
export type DemoSettings = z.output<typeof demoSettings>;

/** A setting that is missing or wrong; the message says which and what to do, and holds no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** One queue's keys stay on one node of a Redis Cluster. */
const REDIS_PREFIX = '{civicpay}';

const secret = z.string().min(16);

const demoSettings = z.object({
  powerAgency: z.object({ url: z.url(), appSecret: secret, controlToken: secret }),
  /** `webhookSecret` is `whsec_…`, as the Standard Webhooks specification writes it. */
  bank: z.object({ url: z.url(), merchantKey: secret, webhookSecret: secret, controlToken: secret }),
  /** The other agencies of the city: how to connect to each, and accounts to try. */
  city: z
    .object({
      offers: z.array(
        z.object({
          connectionId: z.string(),
          kind: z.string(),
          settings: z.record(z.string(), z.unknown()),
        }),
      ),
      accounts: z.array(
        z.object({
          agencyId: z.string().optional(),
          /** Where the agency is not known by its manifest: how a connection lists it. */
          listedAs: z.object({ connectionId: z.string(), agencyCode: z.string() }).optional(),
          inputs: z.record(z.string(), z.string()),
          about: z.object({ 'zh-CN': z.string(), en: z.string() }),
        }),
      ),
      /** Where their clocks are moved. */
      controls: z.array(z.object({ url: z.url(), token: secret })).default([]),
    })
    .default({ offers: [], accounts: [], controls: [] }),
  staff: z.array(
    z.object({
      email: z.email(),
      password: z.string().min(12),
      totpSecret: z.string().min(16),
      displayName: z.string(),
      role: z.enum(['finance', 'operator']),
    }),
  ),
});

const key = z
  .base64()
  .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64');

/** A JSON text in a variable, read and then held to a schema. */
const jsonOf = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

const payoutAccount = z.strictObject({
  bankId: z.string().regex(/^[a-z][a-z0-9-]{2,63}$/),
  holderName: z.string().min(1).max(140),
  bankName: z.string().min(1).max(140),
  bankCode: z.string().regex(/^\d{12}$/),
  accountNumber: z.string().regex(/^[0-9A-Za-z]{1,34}$/),
});

const databaseUrl = z.string().superRefine((text, context) => {
  try {
    dialectOfUrl(text);
    if (new URL(text).pathname.length < 2) context.addIssue({ code: 'custom', message: 'names no database' });
  } catch {
    context.addIssue({ code: 'custom', message: 'must be a URL that starts with mysql:// or postgres://' });
  }
});

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  TRUST_PROXY: z.coerce.number().int().min(0).max(16).default(0),
  REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).default(600),
  DATABASE_URL: databaseUrl,
  POOL_MAX: z.coerce.number().int().min(2).max(200).default(10),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a URL that starts with redis:// or rediss://' })
    .optional(),
  VAULT_KEYS: jsonOf(z.record(z.string().regex(/^[A-Za-z0-9_-]{1,16}$/), key)),
  VAULT_CURRENT_KEY: z.string(),
  VAULT_INDEX_KEY: key,
  SMS_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  SMS_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and at least 24 bytes in base64')
    .optional(),
  PAYOUT_ACCOUNT: jsonOf(payoutAccount).optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  DEMO: jsonOf(demoSettings).optional(),
});

/** Said when a variable is not set at all. */
const HOW_TO_SET: Readonly<Record<string, string>> = {
  DATABASE_URL: 'the database, such as mysql://user:password@host:3306/civicpay',
  VAULT_KEYS: 'the encryption keys as JSON, such as {"2026a":"<openssl rand -base64 32>"}',
  VAULT_CURRENT_KEY: 'the name of the key in VAULT_KEYS that encrypts, such as 2026a',
  VAULT_INDEX_KEY: 'the key of the blind indexes: <openssl rand -base64 32>, never to be changed',
};

/** Reads the settings; throws ConfigError naming every variable that is missing or wrong. */
export function loadConfig(variables: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) throw new ConfigError(describe(parsed.error, given));
  const values = parsed.data;
  if (!(values.VAULT_CURRENT_KEY in values.VAULT_KEYS)) {
    throw new ConfigError('VAULT_CURRENT_KEY names no key of VAULT_KEYS');
  }
  const dialect = dialectOfUrl(values.DATABASE_URL);
  return {
    port: values.PORT,
    host: values.HOST,
    publicUrl: (values.PUBLIC_URL ?? `http://localhost:${values.PORT}`).replace(/\/$/, ''),
    trustProxyHops: values.TRUST_PROXY,
    requestsPerMinute: values.REQUESTS_PER_MINUTE,
    databaseUrl: values.DATABASE_URL,
    databaseDialect: dialect,
    poolMax: values.POOL_MAX,
    queueStore: queueStoreOf(values.DATABASE_URL, dialect, values.REDIS_URL),
    vaultKeys: {
      current: values.VAULT_CURRENT_KEY,
      keys: values.VAULT_KEYS,
      indexKey: values.VAULT_INDEX_KEY,
    },
    smsWebhook: smsWebhookOf(values.SMS_WEBHOOK_URL, values.SMS_WEBHOOK_SECRET),
    payoutAccount: values.PAYOUT_ACCOUNT ?? null,
    logLevel: values.LOG_LEVEL,
    demo: values.DEMO ?? null,
  };
}

function smsWebhookOf(url: string | undefined, secret: string | undefined): Config['smsWebhook'] {
  if (url !== undefined && secret !== undefined) return { url, secret };
  if (url === undefined && secret === undefined) return null;
  throw new ConfigError('SMS_WEBHOOK_URL and SMS_WEBHOOK_SECRET are set together, or neither is');
}

/** Where the queues are; throws ConfigError for MySQL without Redis, which would leave them nowhere. */
export function queueStoreOf(url: string, dialect: DbDialect, redisUrl: string | undefined): QueueStore {
  if (redisUrl) return { kind: 'redis', url: redisUrl, prefix: REDIS_PREFIX };
  if (dialect === 'postgres') return { kind: 'postgres', url };
  throw new ConfigError(
    'DATABASE_URL is MySQL or MariaDB, and REDIS_URL is not set. The job queues live in Redis or in PostgreSQL: ' +
      'set REDIS_URL (redis://host:6379), or use a postgres:// database.',
  );
}

/** One line for each variable. Values are secrets: they are never repeated. */
function describe(error: z.ZodError, given: Record<string, unknown>): string {
  const lines = error.issues.map((issue) => {
    const [name = '', ...inner] = issue.path.map(String);
    if (given[name] === undefined) return `${name} is not set: ${HOW_TO_SET[name] ?? issue.message}`;
    return `${[name, ...inner].join('.')}: ${issue.message}`;
  });
  return [...new Set(lines)].join('\n');
}
