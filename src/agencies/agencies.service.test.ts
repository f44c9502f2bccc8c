import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { noBillStore } from '../../test/support/no-bill-store.ts';
import { plainManifest } from '../../test/support/plain-agency.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { defineChannel, defineProvider, type ManifestInput, type QueryOutcome } from '../contract/index.ts';
import { createVault } from '../infra/crypto/index.ts';
import { createLogger } from '../infra/log/index.ts';
import { type ClosableHttpClient, createHttpClient } from '../infra/outbound-http/index.ts';
import { createTcpClient } from '../infra/outbound-tcp/index.ts';
import { type Agencies, type Connection, createAgencies } from './index.ts';

const settings = z.object({ url: z.url(), secret: z.string().min(1) });

/** Asks the URL of its settings; throws, as only a bug would, for the account `bug`. */
const provider = defineProvider<z.output<typeof settings>>({
  kind: 'plain',
  settings,
  operations: {
    async queryBills({ http, settings: { url }, log }, { inputs }): Promise<QueryOutcome> {
      if (inputs.accountNumber === 'bug') throw new Error('a bug');
      log.info('asking');
      const result = await http.send({ method: 'POST', url, body: JSON.stringify(inputs), timeoutMs: 5_000 });
      return result.kind === 'response' && result.status === 200
        ? { kind: 'nothingDue', holder: { maskedName: Buffer.from(result.body).toString() } }
        : { kind: 'unavailable', reason: { code: 'agency_down', source: 'network' } };
    },
  },
});
const rejected = { kind: 'rejected', reason: { code: 'refused_by_channel', source: 'channel' } } as const;
const channel = defineChannel<z.output<typeof settings>>({
  kind: 'plain-bank',
  names: { 'zh-CN': '测试银行', en: 'Test bank' },
  settings,
  operations: {
    debit: async () => rejected,
    queryDebit: async () => rejected,
    refund: async () => rejected,
    queryRefund: async () => rejected,
    parseWebhook: async () => ({ kind: 'ignored' }),
    fetchStatement: async () => ({ kind: 'emptyDay' }),
  },
});

const fallback: QueryOutcome = {
  kind: 'unavailable',
  reason: { code: 'answer_not_understood', source: 'civicpay' },
};
const busy: QueryOutcome = { kind: 'unavailable', reason: { code: 'too_busy', source: 'civicpay' } };
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code,
  );

describeOnBothStacks('agencies', (stack) => {
  const lines: string[] = [];
  let nowMs = 1_750_000_000_000;
  let agencies: Agencies;
  let httpClient: ClosableHttpClient;
  let server: Server;
  let connection: Connection;
  const key = randomBytes(32).toString('base64');
  const vault = createVault({ current: 'k1', keys: { k1: key }, indexKey: key });
  const create = () =>
    createAgencies({
      db: stack().db,
      vault,
      clock: { nowMs: () => nowMs },
      log: createLogger({
        level: 'debug',
        service: 'test',
        destination: { write: (line) => lines.push(line) },
      }),
      plugIns: { providers: [provider], channels: [channel] },
      httpClient,
      tcpClient: createTcpClient({ allowPrivateAddresses: true }),
      billStoreOf: noBillStore,
    });
  const ask = (accountNumber: string) =>
    agencies.gateway.provider('plain-one', 'queryBills', { inputs: { accountNumber } }, fallback, busy);

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().on('end', () => response.end('张*'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    httpClient = createHttpClient({ allowPrivateAddresses: true });
    agencies = create();
    connection = {
      connectionId: 'plain-one',
      plug: 'provider',
      kind: 'plain',
      settings: { url, secret: 'very-secret' },
      limits: { concurrency: 4, ratePerSecond: 1_000 },
    };
    await agencies.putConnection(connection);
    await agencies.putConnection({
      ...connection,
      connectionId: 'bank-one',
      plug: 'channel',
      kind: 'plain-bank',
    });
  });
  afterAll(async () => {
    await httpClient.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('keeps every version of a manifest, and makes none for equal content', async () => {
    expect(await agencies.publishManifest(plainManifest('versions-one'))).toBe(1);
    const { id, ...rest } = plainManifest('versions-one');
    expect(await agencies.publishManifest({ ...rest, id })).toBe(1);
    expect(await agencies.publishManifest(plainManifest('versions-one', { paymentLimitMinor: 5 }))).toBe(2);
    // Back to the first content is a change of what is live: a version of its own.
    expect(await agencies.publishManifest(plainManifest('versions-one'))).toBe(3);
    expect(await agencies.getAgency('versions-one')).toMatchObject({
      agencyId: 'versions-one',
      manifestVersion: 3,
      connectionId: 'plain-one',
      manifest: { paymentLimitMinor: 1_000_000, serviceItems: [] },
    });
    const rows = await stack().db('agency_manifests').where({ agency_id: 'versions-one' });
    expect(rows).toHaveLength(3);
    await expect(stack().db('agency_manifests').update({ version: 9 })).rejects.toThrow();
    expect(await stack().db('agency_manifests').where({ version: 9 })).toEqual([]);
  });

  it('publishes one version when the same new manifest is published many times at once', async () => {
    const one = Array.from({ length: 10 }, () => agencies.publishManifest(plainManifest('at-once')));
    expect(new Set(await Promise.all(one))).toEqual(new Set([1]));
    const many = Array.from({ length: 10 }, (_, i) =>
      agencies.publishManifest(plainManifest('at-once', { paymentLimitMinor: 100 + i })),
    );
    expect((await Promise.all(many)).toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('refuses what would not work', async () => {
    const publish = (more: Partial<ManifestInput>) =>
      codeOf(agencies.publishManifest(plainManifest('refused', more)));
    expect(await publish({ capabilities: ['queryBills', 'reverse'] })).toBe('capability_missing');
    expect(await publish({ connection: 'nowhere' })).toBe('connection_not_found');
    expect(await publish({ connection: 'bank-one' })).toBe('connection_not_found');
    expect(await publish({ regions: ['440100', '999999'] })).toBe('region_unknown');
    expect(await publish({ currency: 'yuan' })).toBe('manifest_invalid');
    const { open } = plainManifest('x').serviceHours;
    expect(await publish({ serviceHours: { timeZone: 'Mars/Olympus', open } })).toBe('manifest_invalid');
    expect(await agencies.getAgency('refused')).toBeNull();
    expect(await agencies.getAgency("'; drop")).toBeNull();

    const put = (more: Partial<Connection>) => codeOf(agencies.putConnection({ ...connection, ...more }));
    expect(await put({ kind: 'unheard-of' })).toBe('plug_in_unknown');
    expect(await put({ settings: { url: 'x' } })).toBe('connection_invalid');
    expect(await put({ limits: { concurrency: 0, ratePerSecond: 1 } })).toBe('connection_invalid');
    expect(await put({ plug: 'channel', kind: 'plain-bank' })).toBe('connection_kind_fixed');
  });

  it('seals the settings of a connection', async () => {
    const row = await stack().db('connections').where({ connection_id: 'plain-one' }).first();
    expect(JSON.stringify(row)).not.toContain('very-secret');
  });

  it('finds the agencies of a place and a category, page by page, once each', async () => {
    await agencies.publishManifest(
      plainManifest('page-a', { regions: ['330000', '330100'], category: 'water' }),
    );
    await agencies.publishManifest(plainManifest('page-b', { regions: ['330100'], category: 'gas' }));
    await agencies.publishManifest(plainManifest('page-c', { regions: ['330200'], category: 'water' }));
    await agencies.publishManifest(
      plainManifest('page-d', { regions: ['330100', '330300'], category: 'water' }),
    );
    const list = async (filter: object) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await agencies.listAgencies({ limit: 1, ...filter, cursor });
        expect(page.items.length).toBeLessThanOrEqual(1);
        found.push(...page.items.map((agency) => agency.agencyId));
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
      return found;
    };
    expect(await list({ region: '330100' })).toEqual(['page-a', 'page-b', 'page-d']);
    expect(await list({ region: '330100', category: 'water' })).toEqual(['page-a', 'page-d']);
    // A province's agency serves each of its cities.
    expect(await list({ region: '330400' })).toEqual(['page-a']);
    expect(await list({ category: 'water' })).toEqual(['page-a', 'page-c', 'page-d']);
    expect(await list({ region: '110000' })).toEqual([]);
    expect(await codeOf(agencies.listAgencies({ limit: 1, cursor: '../x' }))).toBe('cursor_invalid');

    // A new version takes the place of the old one in the search.
    await agencies.publishManifest(plainManifest('page-d', { regions: ['330300'], category: 'water' }));
    expect(await list({ region: '330100', category: 'water' })).toEqual(['page-a']);
    const zhejiang = (await agencies.listRegions()).filter((region) => region.code.startsWith('33'));
    expect(zhejiang.map(({ code, names, categories }) => [code, names.en, categories])).toEqual([
      ['330000', 'Zhejiang', ['water']],
      ['330100', 'Hangzhou', ['gas', 'water']],
      ['330200', 'Ningbo', ['water']],
      ['330300', 'Wenzhou', ['water']],
    ]);
  });

  it('shows another process what changed within seconds', async () => {
    const other = create();
    await agencies.publishManifest(plainManifest('elsewhere', { paymentLimitMinor: 1 }));
    const version = async () => (await other.getAgency('elsewhere'))?.manifestVersion;
    expect(await version()).toBe(1);
    await agencies.publishManifest(plainManifest('elsewhere', { paymentLimitMinor: 2 }));
    expect(await version()).toBe(1);
    nowMs += 3_000;
    expect(await version()).toBe(2);
  });

  it('lists channels by their connection', async () => {
    expect(await agencies.listChannels()).toEqual([{ channelId: 'bank-one', names: channel.names }]);
  });

  it('calls a plug-in with its settings, and keeps what was said', async () => {
    const { outcome, exchanges } = await ask('42');
    expect(outcome).toEqual({ kind: 'nothingDue', holder: { maskedName: '张*' } });
    expect(exchanges).toHaveLength(1);
    expect(exchanges[0]).toMatchObject({ method: 'POST', status: 200, result: 'response', atMs: nowMs });
    expect(Buffer.from(exchanges[0]?.requestBody ?? []).toString()).toBe('{"accountNumber":"42"}');
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ msg: 'asking', connectionId: 'plain-one', operation: 'queryBills' }),
    );
  });

  it('turns a bug of a plug-in into the fallback, and logs it', async () => {
    lines.length = 0;
    expect(await ask('bug')).toEqual({ outcome: fallback, exchanges: [] });
    const absent = await agencies.gateway.provider(
      'plain-one',
      'listAgencies',
      undefined,
      fallback as never,
      busy as never,
    );
    expect(absent.outcome).toBe(fallback);
    expect(lines.filter((line) => JSON.parse(line).level === 'error')).toHaveLength(2);
    expect(lines[0]).toContain('a bug');
  });

  it('knows no connection of the other plug, nor one that is not there', async () => {
    const debit = { reference: 'r' };
    const unknown = { kind: 'unknown', reason: { code: 'no_answer', source: 'network' } } as const;
    const queryDebit = (id: string) => agencies.gateway.channel(id, 'queryDebit', debit, unknown, unknown);
    expect((await queryDebit('bank-one')).outcome).toEqual(rejected);
    expect(await codeOf(queryDebit('plain-one'))).toBe('connection_not_found');
    expect(await codeOf(queryDebit('nowhere'))).toBe('connection_not_found');
  });

  it('holds a connection to its limits: what exceeds them and the queue was not sent', async () => {
    await agencies.putConnection({ ...connection, limits: { concurrency: 2, ratePerSecond: 10_000 } });
    const results = await Promise.all(Array.from({ length: 40 }, (_, i) => ask(String(i))));
    const held = results.filter(({ outcome }) => outcome === busy);
    // One runs, since the other slot is kept for payments, and sixteen wait.
    expect(held).toHaveLength(40 - 1 - 16);
    expect(held.every(({ exchanges }) => exchanges.length === 0)).toBe(true);
    expect(results.filter(({ outcome }) => outcome.kind === 'nothingDue')).toHaveLength(17);
  });

  it('reads every message that comes in, whatever the limits, and refuses those to a plug-in that takes none', async () => {
    lines.length = 0;
    const message = { method: 'POST', path: '/', headers: {}, rawBody: Buffer.from('{}') };
    const [read, lost] = [{ kind: 'ignored' as const }, { kind: 'notAuthentic' as const }];
    await agencies.putConnection({
      ...connection,
      connectionId: 'bank-one',
      plug: 'channel',
      kind: 'plain-bank',
      limits: { concurrency: 1, ratePerSecond: 1 },
    });
    const take = () => agencies.gateway.channel('bank-one', 'parseWebhook', message, lost, lost);
    const results = await Promise.all(Array.from({ length: 40 }, take));
    expect(results.every(({ outcome }) => outcome.kind === 'ignored')).toBe(true);
    const refused = agencies.gateway.provider('plain-one', 'parseWebhook', message, read, read);
    expect(await codeOf(refused)).toBe('connection_not_found');
    expect(lines.filter((line) => JSON.parse(line).level === 'error')).toEqual([]);
  });
});
