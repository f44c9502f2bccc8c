import {
  type BillStore,
  type HttpClient,
  type LocalText,
  type Logger,
  type Manifest,
  type ManifestInput,
  manifestSchema,
  missingCapabilities,
  type TcpClient,
} from '../contract/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import type { Db } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { DomainError, type FieldProblem } from '../kernel/errors.ts';
import { RecentValues } from '../kernel/recent-values.ts';
import { schemaProblems } from '../kernel/schema-problems.ts';
import * as repo from './agencies.repo.ts';
import type {
  Agency,
  AgencyFilter,
  AgencyVersion,
  Connection,
  Gateway,
  Page,
  PlugIns,
} from './agencies.types.ts';
import { type ConnectionLines, createGateway, plugInOf } from './gateway.ts';
import { ConnectionHealth } from './health.service.ts';
import { manifestProblems } from './manifest-faults.rules.ts';
import { regionNames } from './regions.rules.ts';
import { chooseRoute, type Route, routesOf } from './routing.rules.ts';
import { loadAgency, loadVersion, promoteDue, publish } from './versions.service.ts';

/** How long another process may still see what was live before. */
const KEPT_MS = 3_000;
/** A manifest is a few kilobytes: tens of megabytes at the most. */
const MAX_KEPT = 5_000;
const SETTINGS = 'connections.settings';
const AGENCY_ID = /^[a-z][a-z0-9-]{2,63}$/;
const MAX_CONCURRENCY = 1_000;
const MAX_RATE_PER_SECOND = 10_000;

export interface AgenciesDeps {
  db: Db;
  vault: Vault;
  clock: Clock;
  log: Logger;
  plugIns: PlugIns;
  httpClient: HttpClient;
  tcpClient: TcpClient;
  /** The books of the agencies that a connection carries, where we keep them. */
  billStoreOf(connectionId: string): BillStore;
}

/** A place that has agencies, and what they are for. */
export interface Region {
  /** GB/T 2260 */
  code: string;
  names: LocalText;
  categories: readonly string[];
}

/** A channel as a resident chooses it; the id is that of its connection. */
export interface ChannelChoice {
  channelId: string;
  names: LocalText;
}

export interface Agencies {
  listRegions(): Promise<readonly Region[]>;
  /** In the order of their ids. A region's agencies are its own, its prefecture's and its province's. */
  listAgencies(filter: AgencyFilter): Promise<Page<Agency>>;
  /** As it is now, or was seconds ago: also one that is suspended or retired. Null when there is none. */
  getAgency(agencyId: string): Promise<Agency | null>;
  /** One version as it was made, whatever is in effect now: what a payment goes by to its end. Null when there is none. */
  getAgencyVersion(agencyId: string, version: number): Promise<AgencyVersion | null>;
  /**
   * Makes a manifest the live one and returns its version; content equal to what is live makes no new version. Throws DomainError
   * `manifest_invalid`, `region_unknown`, `connection_not_found`, `plug_in_unknown`, `capability_missing`.
   */
  publishManifest(manifest: ManifestInput): Promise<number>;
  /**
   * Adds a connection, or replaces its settings and limits. Throws DomainError `plug_in_unknown`,
   * `connection_invalid`, `connection_kind_fixed`.
   */
  putConnection(connection: Connection): Promise<void>;
  listChannels(): Promise<readonly ChannelChoice[]>;
  /** Forgets what is kept of an agency or a connection, after somebody has changed it in the database. */
  refresh(changed: { agencyId?: string; connectionId?: string }): void;
  /**
   * The way that a new query takes to an agency: one that works, as far as this process knows, and of those the cheapest. A payment
   * keeps the connection of its query; `routeOver` finds what that calls the agency.
   */
  chooseRoute(agency: Pick<AgencyVersion, 'manifest'>): Route;
  gateway: Gateway;
  health: ConnectionHealth;
}

export function createAgencies(deps: AgenciesDeps): Agencies {
  const { db, clock } = deps;
  const kept = <Value>(load: (key: string) => Promise<Value>) =>
    new RecentValues(load, clock, KEPT_MS, MAX_KEPT);
  const agencies = kept((agencyId) => loadAgency(deps, agencyId));
  const agencyVersions = new RecentValues(
    (key) => loadVersion(db, key),
    clock,
    Number.POSITIVE_INFINITY,
    MAX_KEPT,
  );
  const promotions = kept(() => promoteDue(deps));
  const connections = kept((connectionId) => loadConnection(deps, connectionId));
  const regions = kept(() => loadRegions(db));
  const channels = kept(() => loadChannels(deps));
  const everything = 'all';
  const refresh: Agencies['refresh'] = ({ agencyId, connectionId }) => {
    if (agencyId !== undefined) {
      agencies.forget(agencyId);
      regions.forget(everything);
    }
    if (connectionId !== undefined) {
      connections.forget(connectionId);
      channels.forget(everything);
    }
  };
  const lines: ConnectionLines = new Map();
  return {
    listRegions: () => regions.get(everything),
    async listAgencies(filter) {
      await promotions.get(everything);
      return listAgencies(db, filter);
    },
    getAgency: async (agencyId) => (AGENCY_ID.test(agencyId) ? agencies.get(agencyId) : null),
    async getAgencyVersion(agencyId, version) {
      if (!AGENCY_ID.test(agencyId)) return null;
      const key = `${agencyId} ${version}`;
      const found = await agencyVersions.get(key);
      // Versions never change, but one that is not there yet may come.
      if (!found) agencyVersions.forget(key);
      return found;
    },
    async publishManifest(input) {
      const manifest = checkedManifest(input);
      await checkConnection(deps, manifest);
      const version = await publish(deps, manifest);
      refresh({ agencyId: manifest.id });
      return version;
    },
    async putConnection(connection) {
      await putConnection(deps, connection);
      refresh({ connectionId: connection.connectionId });
    },
    refresh,
    listChannels: () => channels.get(everything),
    chooseRoute: ({ manifest }) =>
      chooseRoute(manifest, (connectionId) => lines.get(connectionId)?.isBreakerOpen() !== true),
    gateway: createGateway({ ...deps, connection: (connectionId) => connections.get(connectionId) }, lines),
    health: new ConnectionHealth(db, clock, lines),
  };
}

async function listAgencies(db: Db, filter: AgencyFilter): Promise<Page<Agency>> {
  if (filter.cursor !== undefined && !AGENCY_ID.test(filter.cursor)) {
    throw new DomainError('invalid', 'cursor_invalid');
  }
  // One more than asked for tells whether there is a next page.
  const found = await repo.findAgencies(db, { ...filter, limit: filter.limit + 1 }, filter.cursor ?? null);
  const items = found.slice(0, filter.limit);
  return { items, nextCursor: found.length > filter.limit ? (items.at(-1)?.agencyId ?? null) : null };
}

async function loadRegions(db: Db): Promise<readonly Region[]> {
  const categories = new Map<string, string[]>();
  for (const { region, category } of await repo.findRegionCategories(db)) {
    categories.set(region, [...(categories.get(region) ?? []), category]);
  }
  return [...categories].flatMap(([code, ofRegion]) => {
    const names = regionNames(code);
    return names ? [{ code, names, categories: ofRegion }] : [];
  });
}

async function loadChannels({ db, plugIns }: AgenciesDeps): Promise<readonly ChannelChoice[]> {
  const rows = await repo.findConnectionKinds(db, 'channel');
  return rows.flatMap(({ connectionId, kind }) => {
    const channel = plugIns.channels.find((candidate) => candidate.kind === kind);
    return channel ? [{ channelId: connectionId, names: channel.names }] : [];
  });
}

/** A connection with its settings opened and checked; null when there is none that can be used. */
export async function loadConnection(
  deps: Pick<AgenciesDeps, 'db' | 'vault' | 'plugIns' | 'log'>,
  connectionId: string,
): Promise<Connection | null> {
  const row = await repo.findConnection(deps.db, connectionId);
  if (!row) return null;
  const { plug, kind, limits } = row;
  const settings = plugInOf(deps.plugIns, row)?.settings.safeParse(
    JSON.parse(deps.vault.open(row.settingsSealed, SETTINGS)),
  );
  if (settings?.success) return { connectionId, plug, kind, settings: settings.data, limits };
  // Such a connection can't be used; to the caller it is not there, and an operator sees why.
  deps.log.error(settings ? 'stored settings are no longer valid' : 'no such plug-in', {
    connectionId,
    kind,
  });
  return null;
}

export function checkedManifest(input: ManifestInput): Manifest {
  const parsed = manifestSchema.safeParse(input, { reportInput: true });
  if (!parsed.success)
    throw new DomainError('invalid', 'manifest_invalid', { fields: manifestProblems(parsed.error) });
  const manifest = parsed.data;
  const unknown = manifest.regions.filter((code) => !regionNames(code));
  if (unknown.length > 0)
    throw new DomainError('invalid', 'region_unknown', { params: { regions: unknown.join(', ') } });
  return manifest;
}

/** Declared ⇔ works: a manifest only goes live on connections whose providers can do what it says, each of them. */
export async function checkConnection(
  { db, plugIns }: Pick<AgenciesDeps, 'db' | 'plugIns'>,
  manifest: Manifest,
): Promise<void> {
  for (const { connectionId } of routesOf(manifest)) {
    const connection = await repo.findConnection(db, connectionId);
    if (connection?.plug !== 'provider') throw new DomainError('notFound', 'connection_not_found');
    const { kind } = connection;
    const provider = plugIns.providers.find((candidate) => candidate.kind === kind);
    if (!provider) throw new DomainError('invalid', 'plug_in_unknown', { params: { kind } });
    const missing = missingCapabilities(provider, manifest.capabilities);
    if (missing.length === 0) continue;
    throw new DomainError('invalid', 'capability_missing', { params: { capabilities: missing.join(', ') } });
  }
}

async function putConnection(deps: AgenciesDeps, connection: Connection): Promise<void> {
  const row = await checkedConnection(deps, connection);
  await repo.saveConnection(deps.db, { ...row, environment: 'live' }, deps.clock.nowMs());
}

/** A connection as it is to be stored, with its settings sealed; throws as `putConnection` says. */
export async function checkedConnection(
  { db, vault, plugIns }: Pick<AgenciesDeps, 'db' | 'vault' | 'plugIns'>,
  connection: Connection,
): Promise<Omit<repo.ConnectionRow, 'environment'>> {
  const { connectionId, plug, kind, limits } = connection;
  const plugIn = plugInOf(plugIns, connection);
  if (!plugIn) throw new DomainError('invalid', 'plug_in_unknown', { params: { kind } });
  const settings = plugIn.settings.safeParse(connection.settings, { reportInput: true });
  const fields = [
    ...(AGENCY_ID.test(connectionId) ? [] : [{ pointer: '#/connectionId', code: 'wrong_format' }]),
    ...(settings.success ? [] : schemaProblems(settings.error, ['settings'])),
    ...limitProblem('concurrency', limits.concurrency, MAX_CONCURRENCY),
    ...limitProblem('ratePerSecond', limits.ratePerSecond, MAX_RATE_PER_SECOND),
  ];
  if (fields.length > 0) throw new DomainError('invalid', 'connection_invalid', { fields });
  const existing = await repo.findConnection(db, connectionId);
  // Manifests were checked against the kind they were published on.
  if (existing && (existing.plug !== plug || existing.kind !== kind)) {
    throw new DomainError('conflict', 'connection_kind_fixed', { params: { kind: existing.kind } });
  }
  const settingsSealed = vault.seal(JSON.stringify(connection.settings), SETTINGS);
  return { connectionId, plug, kind, settingsSealed, limits };
}

function limitProblem(name: keyof Connection['limits'], value: number, maximum: number): FieldProblem[] {
  if (Number.isSafeInteger(value) && value >= 1 && value <= maximum) return [];
  const code = value > maximum ? 'too_large' : 'too_small';
  return [{ pointer: `#/limits/${name}`, code, params: { minimum: 1, maximum } }];
}
