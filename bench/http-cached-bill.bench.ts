import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import electricity from '../providers/electricity/index.ts';
import { createAgencies } from '../src/agencies/index.ts';
import { type NodeChild, startNodeChild } from '../src/app/processes/node-child.ts';
import { insertBillQuery } from '../src/billing/query.repo.ts';
import type { BillLine, ManifestInput } from '../src/contract/index.ts';
import { createVault, type VaultKeys } from '../src/infra/crypto/index.ts';
import { openDb } from '../src/infra/db/index.ts';
import { createLogger } from '../src/infra/log/index.ts';
import { createHttpClient } from '../src/infra/outbound-http/index.ts';
import { createTcpClient } from '../src/infra/outbound-tcp/index.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { newId, randomShardHint } from '../src/kernel/ids.ts';
import { noBillStore } from '../test/support/no-bill-store.ts';
import { against, type Bench, type BenchOptions, type Row, reported } from './support/bench.types.ts';
import { type LoadResult, load } from './support/load.ts';
import { signInResidents } from './support/residents.ts';
import { withDatabase } from './support/servers.ts';
import { median, percentile } from './support/statistics.ts';

const CONNECTIONS = 32;
const MANIFEST = path.resolve(import.meta.dirname, '../providers/electricity/manifests/guangzhou-power.json');

const bench: Bench = {
  name: 'http-cached-bill',
  run: (options) => withDatabase(options.servers, (databaseUrl) => measure(options, databaseUrl)),
};
export default bench;

/** The server as it is run, and Express with the same bytes, each a process of its own; rounds take turns. */
async function measure({ isQuick, servers, note }: BenchOptions, databaseUrl: string): Promise<Row[]> {
  const keys: VaultKeys = {
    current: 'k',
    keys: { k: randomBytes(32).toString('base64') },
    indexKey: randomBytes(32).toString('base64'),
  };
  const { queryId, sessionToken } = await makeBill(databaseUrl, keys);
  const children: NodeChild[] = [];
  const start = async (
    name: string,
    script: string,
    args: readonly string[],
    env: Record<string, string>,
  ) => {
    const child = await startNodeChild({
      name,
      script,
      args,
      env: { NODE_ENV: 'production', ...env },
      logFile: path.join(servers.dir, `${name}.log`),
    });
    children.push(child);
    return child.url;
  };
  try {
    const ours = await start('civicpay', 'src/app/cli/main', ['serve'], {
      PORT: '0',
      DATABASE_URL: databaseUrl,
      REDIS_URL: servers.redisUrl,
      VAULT_KEYS: JSON.stringify(keys.keys),
      VAULT_CURRENT_KEY: keys.current,
      VAULT_INDEX_KEY: keys.indexKey,
      // Residents behind a balancer: the limit for one address is not what is measured.
      TRUST_PROXY: '1',
    });
    const cookie = { cookie: `civicpay_session=${sessionToken}` };
    const address = `/v1/bill-queries/${queryId}`;
    const first = await fetch(ours + address, { headers: cookie });
    const body = await first.text();
    const bare = await start('bare-express', 'bench/support/bare-express', [], { BENCH_BODY: body });
    const run = (url: string, seconds: number) =>
      load(url + address, {
        connections: CONNECTIONS,
        seconds,
        headers: (n) => ({ ...cookie, 'x-forwarded-for': `10.${n % 200}.${(n >> 8) % 200}.1` }),
        expectedBody: body,
      });
    const results = { ours: [] as LoadResult[], bare: [] as LoadResult[] };
    const seconds = isQuick ? 2 : 5;
    // Compilers take thousands of requests to warm.
    await run(ours, 3 * seconds);
    await run(bare, 3 * seconds);
    for (let round = 1; round <= (isQuick ? 3 : 7); round++) {
      results.ours.push(await run(ours, seconds));
      results.bare.push(await run(bare, seconds));
      const rates = [results.ours, results.bare].map((list) =>
        Math.round(list.at(-1)?.requestsPerSecond ?? 0),
      );
      note(`round ${round}: ${rates.join(' / ')} requests/s`);
    }
    const correct =
      first.status === 200 && [...results.ours, ...results.bare].every(({ wrong }) => wrong === 0);
    const rateOf = (list: LoadResult[]) => median(list.map((result) => result.requestsPerSecond));
    const durationsMs = results.ours.flatMap((result) => result.durationsMs);
    return [
      against({
        name: `http: GET a cached bill (${body.length} bytes) against bare Express`,
        value: rateOf(results.ours),
        unit: 'requests/s',
        limit: rateOf(results.bare),
        target: 0.6,
        correct,
      }),
      reported({
        name: `http: GET a cached bill, p99, ${CONNECTIONS} connections`,
        value: percentile(durationsMs, 0.99),
        unit: 'ms',
        correct,
      }),
    ];
  } finally {
    for (const child of children) await child.stop();
  }
}

/** A resident who is signed in and has asked what is owed. */
async function makeBill(
  databaseUrl: string,
  keys: VaultKeys,
): Promise<{ queryId: string; sessionToken: string }> {
  const db = openDb({ url: databaseUrl });
  const vault = createVault(keys);
  const httpClient = createHttpClient({ allowPrivateAddresses: true });
  const foundation = {
    db,
    vault,
    clock: systemClock,
    log: createLogger({ level: 'warn', service: 'bench' }),
  };
  try {
    const agencies = createAgencies({
      ...foundation,
      plugIns: { providers: [electricity], channels: [] },
      httpClient,
      tcpClient: createTcpClient({ allowPrivateAddresses: true }),
      billStoreOf: noBillStore,
    });
    const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as ManifestInput;
    await agencies.putConnection({
      connectionId: manifest.connection,
      plug: 'provider',
      kind: 'electricity',
      settings: { baseUrl: 'http://127.0.0.1:9', appId: 'civicpay', appSecret: 'x'.repeat(32) },
      limits: { concurrency: 1, ratePerSecond: 1 },
    });
    await agencies.publishManifest(manifest);
    const [resident] = await signInResidents(databaseUrl, keys, 1);
    if (!resident) throw new RangeError('one resident was asked for');
    const nowMs = Date.now();
    const query = { ...dueQuery(manifest.id, nowMs), queryId: newId('qry', nowMs, randomShardHint()) };
    await insertBillQuery(db, vault, resident.residentId, query);
    return { queryId: query.queryId, sessionToken: resident.sessionToken };
  } finally {
    await httpClient.close();
    await db.destroy();
  }
}

/** One period of a tiered tariff, as the power company states it. */
function dueQuery(agencyId: string, nowMs: number) {
  const money = (amountMinor: number) => ({ amountMinor, currency: 'CNY' });
  const tier = (name: string, quantity: string, unitPrice: string, amountMinor: number): BillLine => ({
    kind: 'usage',
    label: { 'zh-CN': `${name}电量`, en: `Tier ${name}` },
    amount: money(amountMinor),
    quantity: { quantity, unit: 'kWh', unitPrice },
  });
  return {
    outcome: 'due' as const,
    connectionId: 'power',
    agencyCode: null,
    plans: [],
    account: null,
    agencyId,
    inputs: { accountNumber: '0800000000011' },
    maskedAccount: '****0011',
    queriedAtMs: nowMs,
    validUntilMs: nowMs + 3_600_000,
    holder: { maskedName: '*明', maskedAddress: '广州市天河区****3 号' },
    bills: [
      {
        billId: '202512',
        period: '2025-12',
        amountDue: money(24_610),
        dueDate: '2026-01-31',
        lines: [
          tier('1', '260', '0.5935', 15_431),
          tier('2', '142', '0.6435', 9_138),
          tier('3', '0.5', '0.8935', 41),
        ],
      },
    ],
    queryReference: 'Q1',
    nextBillOn: null,
    opensAtMs: null,
    reason: null,
  };
}
