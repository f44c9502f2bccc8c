import { type Manifest, manifestSchema } from '../contract/index.ts';
import { type Db, type Tx, toInt } from '../infra/db/index.ts';
import type { Agency, AgencyFilter, ConnectionLimits } from './agencies.types.ts';
import { servingRegions } from './regions.rules.ts';

/** A connection as it is stored: the settings still sealed. */
export interface ConnectionRow {
  connectionId: string;
  plug: 'provider' | 'channel';
  kind: string;
  settingsSealed: string;
  limits: ConnectionLimits;
}

interface AgencyJoin {
  agency_id: string;
  connection_id: string;
  live_version: number;
  manifest: string;
}

export async function findAgency(db: Db | Tx, agencyId: string): Promise<Agency | null> {
  const row = await liveManifests(db).where('agencies.agency_id', agencyId).first();
  return row ? toAgency(row) : null;
}

/** Agencies in the order of their ids, after `afterId`. */
export async function findAgencies(
  db: Db,
  { region, category, limit }: Omit<AgencyFilter, 'cursor'>,
  afterId: string | null,
): Promise<Agency[]> {
  const ids = region ? db('agency_regions').whereIn('region', servingRegions(region)) : db('agencies');
  if (category) ids.where({ category });
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
    .select<AgencyJoin[]>(
      'agencies.agency_id',
      'agencies.connection_id',
      'agencies.live_version',
      'agency_manifests.manifest',
    );
}

function toAgency(row: AgencyJoin): Agency {
  return {
    agencyId: row.agency_id,
    // Parsed again, so that a manifest from before a new optional field has its default.
    manifest: manifestSchema.parse(JSON.parse(row.manifest)),
    manifestVersion: toInt(row.live_version),
    connectionId: row.connection_id,
  };
}

/** Each region that has agencies, with the categories there are. */
export async function findRegionCategories(db: Db): Promise<{ region: string; category: string }[]> {
  return db('agency_regions').distinct('region', 'category').orderBy(['region', 'category']);
}

/** The version that is live and the hash of its content, locked until the transaction ends; null for a new agency. */
export async function lockLiveVersion(
  tx: Tx,
  agencyId: string,
): Promise<{ version: number; contentHash: string } | null> {
  const head = await tx('agencies').where({ agency_id: agencyId }).forUpdate().first('live_version');
  if (!head) return null;
  const version = toInt(head.live_version);
  const row = await tx('agency_manifests').where({ agency_id: agencyId, version }).first('content_hash');
  return { version, contentHash: row.content_hash };
}

/** Adds a version of a manifest and makes it the live one. */
export async function insertVersion(
  tx: Tx,
  manifest: Manifest,
  version: number,
  contentHash: string,
  nowMs: number,
): Promise<void> {
  const { id: agencyId, category } = manifest;
  // First, so that of two who add the same version one fails here, before it has changed anything.
  await tx('agency_manifests').insert({
    agency_id: agencyId,
    version,
    content_hash: contentHash,
    manifest: JSON.stringify(manifest),
    effective_from_ms: nowMs,
  });
  await tx('agencies')
    .insert({
      agency_id: agencyId,
      category,
      connection_id: manifest.connection,
      live_version: version,
      updated_at_ms: nowMs,
    })
    .onConflict('agency_id')
    .merge();
  await tx('agency_regions').where({ agency_id: agencyId }).delete();
  const regions = [...new Set(manifest.regions)];
  await tx('agency_regions').insert(regions.map((region) => ({ region, category, agency_id: agencyId })));
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
  };
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
export async function saveConnection(db: Db, row: ConnectionRow, nowMs: number): Promise<void> {
  await db('connections')
    .insert({
      connection_id: row.connectionId,
      plug: row.plug,
      kind: row.kind,
      settings_sealed: row.settingsSealed,
      max_concurrency: row.limits.concurrency,
      rate_per_second: row.limits.ratePerSecond,
      updated_at_ms: nowMs,
    })
    .onConflict('connection_id')
    .merge(['settings_sealed', 'max_concurrency', 'rate_per_second', 'updated_at_ms']);
}
