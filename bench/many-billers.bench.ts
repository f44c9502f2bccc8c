import { randomBytes } from 'node:crypto';
import { type Agencies, type Agency, createAgencies } from '../src/agencies/index.ts';
import { searchablePlaces } from '../src/agencies/names.rules.ts';
import { type Billing, createBilling } from '../src/billing/index.ts';
import type { Logger, ManifestInput } from '../src/contract/index.ts';
import { createVault } from '../src/infra/crypto/index.ts';
import { type Db, openDb } from '../src/infra/db/index.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { newId, randomShardHint } from '../src/kernel/ids.ts';
import { noBillStore } from '../test/support/no-bill-store.ts';
import { against, type Bench, type BenchOptions, type Row, reported } from './support/bench.types.ts';
import {
  instantChannel,
  instantHttpClient,
  instantManifest,
  instantProvider,
  noTcpClient,
  PROVIDER_CONNECTION,
} from './support/instant-plug-ins.ts';
import { withDatabase } from './support/servers.ts';
import { median, secondsOf } from './support/statistics.ts';

/** What is looked for is the same ten, whether they are all there are or lost among thousands. */
const FOUND = 10;
const MANY = 10_000;
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const PLACES = ['广州', '佛山', '东莞', '惠州', '珠海', '中山', '江门', '肇庆', '汕头', '湛江'];
const TRADES = ['物业管理', '供热', '有线电视', '宽带', '自来水', '燃气', '学校', '电力', '停车', '电信'];

interface Town {
  db: Db;
  agencies: Agencies;
  queries: Billing['queries'];
  residentId: string;
}

/** With ten thousand billers registered, finding one and asking it takes what it takes with ten. */
const bench: Bench = {
  name: 'many-billers',
  run: (options) =>
    withDatabase(options.servers, (few) =>
      withDatabase(options.servers, (many) => measure(options, { few, many })),
    ),
};
export default bench;

async function measure(
  { isQuick, note }: BenchOptions,
  urls: Record<'few' | 'many', string>,
): Promise<Row[]> {
  const rounds = isQuick ? 5 : 15;
  const times = isQuick ? 20 : 60;
  const [few, many] = [await openTown(urls.few), await openTown(urls.many)];
  try {
    await addOthers(many.db, MANY - FOUND);
    const agencyIds = await idsOf(few);
    const broad = { search: '有限公司', limit: FOUND };
    const kinds: [string, number, (town: Town) => Promise<boolean>][] = [
      [
        'by region and category',
        times,
        (town) => finds(town, agencyIds, { region: '440200', category: 'heating' }),
      ],
      ['by Chinese name', times, (town) => finds(town, agencyIds, { search: '韶关' })],
      ['by English name', times, (town) => finds(town, agencyIds, { search: 'shaoguan heat' })],
      ['ten bill queries', times / 10, (town) => asksAll(town, agencyIds)],
    ];
    const rows: Row[] = [];
    for (const [name, count, work] of kinds) {
      const seconds = { few: [] as number[], many: [] as number[] };
      let correct = (await work(few)) && (await work(many));
      for (let round = 0; round < rounds; round++) {
        for (const [key, town] of [
          ['few', few],
          ['many', many],
        ] as const) {
          const took = await secondsOf(async () => {
            for (let time = 0; time < count; time++) correct = (await work(town)) && correct;
          });
          seconds[key].push(took / count);
        }
      }
      note(`${name}: ${ms(seconds.few)} / ${ms(seconds.many)} ms`);
      rows.push(
        against({
          name: `many billers: ${name}, ${MANY} against ${FOUND}`,
          value: 1 / median(seconds.many),
          limit: 1 / median(seconds.few),
          unit: 'a second',
          target: 0.83,
          correct,
        }),
      );
    }
    const total = Number((await many.db('agencies').count({ count: '*' }))[0]?.count);
    const seconds = await secondsOf(() => many.agencies.listAgencies(broad));
    rows.push(
      reported({
        name: 'many billers: a name that nearly all of them have, first page',
        value: seconds * 1_000,
        unit: 'ms',
        correct: total === MANY,
      }),
    );
    return rows;
  } finally {
    await few.db.destroy();
    await many.db.destroy();
  }
}

const ms = (seconds: readonly number[]) => (median(seconds) * 1_000).toFixed(2);

async function openTown(url: string): Promise<Town> {
  const db = openDb({ url });
  const vault = createVault({
    current: 'k',
    keys: { k: randomBytes(32).toString('base64') },
    indexKey: randomBytes(32).toString('base64'),
  });
  const foundation = { db, vault, clock: systemClock, log: silent };
  const agencies = createAgencies({
    ...foundation,
    plugIns: { providers: [instantProvider], channels: [instantChannel] },
    httpClient: instantHttpClient,
    tcpClient: noTcpClient,
    billStoreOf: noBillStore,
  });
  const limits = { concurrency: 100, ratePerSecond: 10_000 };
  const kind = instantProvider.kind;
  await agencies.putConnection({
    connectionId: PROVIDER_CONNECTION,
    plug: 'provider',
    kind,
    settings: {},
    limits,
  });
  for (let index = 0; index < FOUND; index++) await agencies.publishManifest(wanted(index));
  const { queries } = createBilling({
    ...foundation,
    agencies,
    publicUrl: 'http://pay.example',
    sendTasks: () => {},
  });
  return { db, agencies, queries, residentId: newId('res', Date.now(), randomShardHint()) };
}

function wanted(index: number): ManifestInput {
  return {
    ...instantManifest(`wanted-agency-${index}`),
    names: { 'zh-CN': `韶关供热第${index}有限公司`, en: `Shaoguan Heating ${index} Ltd` },
    regions: ['440200'],
    category: 'heating',
  };
}

/** Writes agencies as publishing does, many at once: what is measured is finding them. */
async function addOthers(db: Db, count: number): Promise<void> {
  const head = await db('agencies').where({ agency_id: 'wanted-agency-0' }).first();
  const version = await db('agency_manifests').where({ agency_id: 'wanted-agency-0' }).first();
  const BATCH = 500;
  for (let start = 0; start < count; start += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - start) }, (_, offset) =>
      other(start + offset),
    );
    await db('agencies').insert(batch.map(({ id, category }) => ({ ...head, agency_id: id, category })));
    await db('agency_manifests').insert(
      batch.map((manifest) => ({ ...version, agency_id: manifest.id, manifest: JSON.stringify(manifest) })),
    );
    await db('agency_regions').insert(
      batch.map(({ id, category }) => ({ region: '440100', agency_id: id, category })),
    );
    await db('agency_names').insert(
      batch.flatMap(({ id, names }) =>
        searchablePlaces(names).map((name_from_here) => ({ name_from_here, agency_id: id })),
      ),
    );
  }
}

function other(index: number): ManifestInput {
  const place = PLACES[index % PLACES.length] ?? '';
  const trade = TRADES[Math.floor(index / PLACES.length) % TRADES.length] ?? '';
  return {
    ...instantManifest(`other-agency-${index}`),
    names: { 'zh-CN': `${place}${trade}第${index}有限公司`, en: `Other Agency ${index} Ltd` },
  };
}

async function idsOf({ agencies }: Town): Promise<string[]> {
  return (await agencies.listAgencies({ limit: FOUND })).items.map(({ agencyId }) => agencyId);
}

async function finds(
  { agencies }: Town,
  agencyIds: readonly string[],
  filter: { region?: string; category?: string; search?: string },
): Promise<boolean> {
  const { items, nextCursor } = await agencies.listAgencies({ ...filter, limit: FOUND });
  const found = items.map(({ agencyId }: Agency) => agencyId);
  return nextCursor === null && JSON.stringify(found) === JSON.stringify(agencyIds);
}

/** Each time another account, so that the agency is asked. */
async function asksAll({ queries, residentId }: Town, agencyIds: readonly string[]): Promise<boolean> {
  const outcomes: string[] = [];
  for (const agencyId of agencyIds) {
    const accountNumber = randomBytes(8).readBigUInt64BE().toString().padStart(20, '0').slice(-13);
    outcomes.push((await queries.query(residentId, agencyId, { accountNumber })).outcome);
  }
  return outcomes.every((outcome) => outcome === 'due');
}
