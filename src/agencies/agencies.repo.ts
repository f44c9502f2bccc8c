import { manifestSchema } from '../contract/index.ts';
import { type Db, type Tx, toInt, toIntOrNull } from '../infra/db/index.ts';
import type { Agency, AgencyFilter, ConnectionLimits } from './agencies.types.ts';
import { idsNamed } from './names.repo.ts';
import { servingRegions } from './regions.rules.ts';
import { type HeadRow, headOf } from './versions.repo.ts';

/** A connection as it is stored: the settings still sealed. */
export interface ConnectionRow {
  connectionId: string;
  plug: 'provider' | 'channel';
  kind: string;
  settingsSealed: string;
  limits: ConnectionLimits;
  /** `live` ones carry real payments. */
  environment: 'sandbox' | 'live';
}

type AgencyJoin = HeadRow & { agency_id: string; manifest: string };

/** An agency as it is, and from when on its next version is in effect; null where there is none. */
export async function findAgency(
  db: Db | Tx,
  agencyId: string,
): Promise<{ agency: Agency | null; nextFromMs: number | null }> {
  const row = await liveManifests(db).where('agencies.agency_id', agencyId).first();
  return {
    // Before its first version is in effect there is no agency yet.
    agency: row && row.status !== 'scheduled' ? toAgency(row) : null,
    nextFromMs: toIntOrNull(row?.next_from_ms),
  };
}

/** Live agencies in the order of their ids, after `afterId`. */
export async function findAgencies(
  db: Db,
  { region, category, search, limit }: Omit<AgencyFilter, 'cursor'>,
  afterId: string | null,
): Promise<Agency[]> {
  // Only agencies that are live have regions.
  const ids = region
    ? db('agency_regions').whereIn('region', servingRegions(region))
    : db('agencies').where({ status: 'live' });
  if (category) ids.where({ category });
  if (search !== undefined) ids.whereIn('agency_id', idsNamed(db, search));
  if (afterId) ids.where('agency_id', '>', afterId);
  const page = await ids.distinct('agency_id').orderBy('agency_id').limit(limit).pluck('agency_id');
  const rows = await liveManifests(db).whereIn('agencies.agency_id', page).orderBy('agencies.agency_id');
  return rows.map(toAgency);
}

function liveManifests(db: Db | Tx) {
  return db('agencies')
    .join('agency_manifests', (on) =>
      on
        .on('agency_manifests.agency_id', 'agencies.agency_id')
        .andOn('agency_manifests.version', 'agencies.live_version'),
    )
    .select<AgencyJoin[]>('agencies.*', 'agency_manifests.manifest');
}

function toAgency(row: AgencyJoin): Agency {
  const { liveVersion, status, statusReason, rollout } = headOf(row);
  // Parsed again, so that a manifest from before a new optional field has its default.
  const manifest = manifestSchema.parse(JSON.parse(row.manifest));
  return {
    agencyId: row.agency_id,
    manifest,
    manifestVersion: liveVersion,
    connectionId: manifest.connection,
    status: status === 'scheduled' ? 'live' : status,
    statusReason,
    rollout,
  };
}

/** Each region that has agencies, with the categories there are. */
export async function findRegionCategories(db: Db): Promise<{ region: string; category: string }[]> {
  return db('agency_regions').distinct('region', 'category').orderBy(['region', 'category']);
}

export async function findConnection(db: Db | Tx, connectionId: string): Promise<ConnectionRow | null> {
  const row = await db('connections').where({ connection_id: connectionId }).first();
  if (!row) return null;
  return {
    connectionId: row.connection_id,
    plug: row.plug,
    kind: row.kind,
    settingsSealed: row.settings_sealed,
    limits: { concurrency: toInt(row.max_concurrency), ratePerSecond: toInt(row.rate_per_second) },
    environment: row.environment,
  };
}

/** Every connection without its settings, in the order of their ids. */
export async function findConnectionRows(
  db: Db,
): Promise<(Omit<ConnectionRow, 'settingsSealed'> & { updatedAtMs: number })[]> {
  const rows = await db('connections').orderBy('connection_id');
  return rows.map((row) => ({
    connectionId: row.connection_id,
    plug: row.plug,
    kind: row.kind,
    limits: { concurrency: toInt(row.max_concurrency), ratePerSecond: toInt(row.rate_per_second) },
    environment: row.environment,
    updatedAtMs: toInt(row.updated_at_ms),
  }));
}

/** Ids and kinds of the connections of a plug, in the order of their ids. */
export async function findConnectionKinds(
  db: Db,
  plug: ConnectionRow['plug'],
): Promise<{ connectionId: string; kind: string }[]> {
  return db('connections').where({ plug }).orderBy('connection_id').select({
    connectionId: 'connection_id',
    kind: 'kind',
  });
}

/** Adds a connection, or replaces its settings and limits. */
export async function saveConnection(db: Db | Tx, row: ConnectionRow, nowMs: number): Promise<void> {
  await db('connections')
    .insert({
      connection_id: row.connectionId,
      plug: row.plug,
      kind: row.kind,
      settings_sealed: row.settingsSealed,
      max_concurrency: row.limits.concurrency,
      rate_per_second: row.limits.ratePerSecond,
      environment: row.environment,
      updated_at_ms: nowMs,
    })
    .onConflict('connection_id')
    .merge(['settings_sealed', 'max_concurrency', 'rate_per_second', 'environment', 'updated_at_ms']);
}
