import { type LocalText, type Manifest, manifestSchema } from '../contract/index.ts';
import { type Db, type Tx, toInt, toIntOrNull } from '../infra/db/index.ts';
import { newId, randomShardHint } from '../kernel/ids.ts';
import type { Agency, AgencyVersion, Rollout } from './agencies.types.ts';
import { writeNames } from './names.repo.ts';
import { rolledOutRegions } from './rollout.rules.ts';

/** The row of an agency that is, was or will be live. */
export interface AgencyHead {
  liveVersion: number;
  /** `scheduled`: its first version is still to come. */
  status: Agency['status'] | 'scheduled';
  statusReason: LocalText | null;
  rollout: Rollout;
  next: { version: number; fromMs: number } | null;
}

export interface HeadRow {
  live_version: number;
  status: AgencyHead['status'];
  status_reason: string | null;
  rollout_regions: string | null;
  rollout_share_percent: number;
  next_version: number | null;
  next_from_ms: string | null;
}

/** A version that is made live: from when, for whom, and who says so. */
export interface Release {
  agencyId: string;
  version: number;
  effectiveFromMs: number;
  rollout: Rollout;
  /** Null where the program does it by itself. */
  releasedBy: string | null;
  /** The approval that it rests on; null where an operator put it there directly. */
  requestId: string | null;
}

/** One version of a manifest, without its content. */
export interface VersionRecord {
  version: number;
  contentHash: string;
  createdAtMs: number;
}

export const EVERYWHERE: Rollout = { regions: null, sharePercent: 100 };

export function headOf(row: HeadRow): AgencyHead {
  const fromMs = toIntOrNull(row.next_from_ms);
  return {
    liveVersion: toInt(row.live_version),
    status: row.status,
    statusReason: row.status_reason === null ? null : (JSON.parse(row.status_reason) as LocalText),
    rollout: rolloutOf(row.rollout_regions, row.rollout_share_percent),
    next: fromMs === null ? null : { version: toInt(row.next_version), fromMs },
  };
}

function rolloutOf(regions: string | null, sharePercent: number): Rollout {
  return { regions: regions === null ? null : regions.split(' '), sharePercent: toInt(sharePercent) };
}

const HEAD = [
  'live_version',
  'status',
  'status_reason',
  'rollout_regions',
  'rollout_share_percent',
  'next_version',
  'next_from_ms',
];

export async function findHead(db: Db | Tx, agencyId: string): Promise<AgencyHead | null> {
  const row = await db('agencies')
    .where({ agency_id: agencyId })
    .first<HeadRow>(...HEAD);
  return row ? headOf(row) : null;
}

/** Locked until the transaction ends. */
export async function lockHead(tx: Tx, agencyId: string): Promise<AgencyHead | null> {
  const row = await tx('agencies')
    .where({ agency_id: agencyId })
    .forUpdate()
    .first<HeadRow>(...HEAD);
  return row ? headOf(row) : null;
}

/** Null when there is no such version. */
export async function findVersion(
  db: Db | Tx,
  agencyId: string,
  version: number,
): Promise<(AgencyVersion & { contentHash: string }) | null> {
  const row = await db('agency_manifests').where({ agency_id: agencyId, version }).first();
  if (!row) return null;
  // Parsed again, so that a manifest from before a new optional field has its default.
  const manifest = manifestSchema.parse(JSON.parse(row.manifest));
  return {
    agencyId,
    manifest,
    manifestVersion: version,
    connectionId: manifest.connection,
    contentHash: row.content_hash,
  };
}

/** Newest first, before `beforeVersion`. */
export async function findVersions(
  db: Db,
  agencyId: string,
  page: { limit: number; beforeVersion: number | null },
): Promise<VersionRecord[]> {
  const query = db('agency_manifests')
    .where({ agency_id: agencyId })
    .orderBy('version', 'desc')
    .limit(page.limit);
  if (page.beforeVersion !== null) query.andWhere('version', '<', page.beforeVersion);
  const rows = await query.select('version', 'content_hash', 'created_at_ms');
  return rows.map((row) => ({
    version: toInt(row.version),
    contentHash: row.content_hash,
    createdAtMs: toInt(row.created_at_ms),
  }));
}

/** Adds a version and returns its number. Of two who add one at once, one gets a unique violation. */
export async function insertManifest(
  tx: Tx,
  manifest: Manifest,
  contentHash: string,
  nowMs: number,
): Promise<number> {
  const last = await tx('agency_manifests')
    .where({ agency_id: manifest.id })
    .max({ version: 'version' })
    .first();
  const version = (toIntOrNull(last?.version) ?? 0) + 1;
  await tx('agency_manifests').insert({
    agency_id: manifest.id,
    version,
    content_hash: contentHash,
    manifest: JSON.stringify(manifest),
    created_at_ms: nowMs,
  });
  return version;
}

/** Writes down that a version is released, and makes it live now or from its date on. `head` is locked. */
export async function release(
  tx: Tx,
  head: AgencyHead | null,
  { manifest, ...what }: Release & { manifest: Manifest },
  nowMs: number,
): Promise<void> {
  await tx('agency_releases').insert({
    agency_id: what.agencyId,
    release_id: newId('rel', nowMs, randomShardHint()),
    version: what.version,
    effective_from_ms: what.effectiveFromMs,
    regions: what.rollout.regions?.join(' ') ?? null,
    share_percent: what.rollout.sharePercent,
    released_by: what.releasedBy,
    request_id: what.requestId,
    released_at_ms: nowMs,
  });
  if (what.effectiveFromMs <= nowMs) {
    await putInEffect(tx, head, manifest, what, nowMs);
    return;
  }
  const next = { next_version: what.version, next_from_ms: what.effectiveFromMs };
  if (head) {
    await tx('agencies').where({ agency_id: what.agencyId }).update(next);
    return;
  }
  await tx('agencies').insert({
    ...columnsOf(manifest, what, nowMs),
    ...next,
    status: 'scheduled',
  });
}

/** Puts the next version in effect when its time has come; whether it did. */
export async function promote(tx: Tx, agencyId: string, nowMs: number): Promise<boolean> {
  const head = await lockHead(tx, agencyId);
  if (!head?.next || head.next.fromMs > nowMs) return false;
  const { version, fromMs } = head.next;
  const row = await tx('agency_releases')
    .where({ agency_id: agencyId, version, effective_from_ms: fromMs })
    .orderBy('release_id', 'desc')
    .first();
  const found = await findVersion(tx, agencyId, version);
  if (!found) throw new Error('the next version of an agency is not there');
  const rollout = rolloutOf(row?.regions ?? null, row?.share_percent ?? EVERYWHERE.sharePercent);
  await putInEffect(tx, head, found.manifest, { agencyId, version, rollout }, nowMs);
  return true;
}

/** Agencies whose next version should be in effect by now. */
export async function findDue(db: Db, nowMs: number): Promise<string[]> {
  return db('agencies').where('next_from_ms', '<=', nowMs).orderBy('agency_id').pluck('agency_id');
}

async function putInEffect(
  tx: Tx,
  head: AgencyHead | null,
  manifest: Manifest,
  what: Pick<Release, 'agencyId' | 'version' | 'rollout'>,
  nowMs: number,
): Promise<void> {
  const isFirst = head === null || head.status === 'scheduled';
  const status = isFirst ? 'live' : head.status;
  await tx('agencies')
    .insert({
      ...columnsOf(manifest, what, nowMs),
      status,
      next_version: null,
      next_from_ms: null,
    })
    .onConflict('agency_id')
    .merge();
  await writeRegions(tx, manifest, status === 'live' ? what.rollout : null);
  await writeNames(tx, manifest, status === 'live');
}

function columnsOf(
  manifest: Manifest,
  { version, rollout }: Pick<Release, 'version' | 'rollout'>,
  nowMs: number,
) {
  return {
    agency_id: manifest.id,
    category: manifest.category,
    connection_id: manifest.connection,
    live_version: version,
    rollout_regions: rollout.regions?.join(' ') ?? null,
    rollout_share_percent: rollout.sharePercent,
    updated_at_ms: nowMs,
  };
}

/** Where residents find the agency; nowhere when `rollout` is null. */
async function writeRegions(tx: Tx, manifest: Manifest, rollout: Rollout | null): Promise<void> {
  await tx('agency_regions').where({ agency_id: manifest.id }).delete();
  const regions = rollout ? rolledOutRegions(manifest.regions, rollout.regions) : [];
  if (regions.length === 0) return;
  const { id: agency_id, category } = manifest;
  await tx('agency_regions').insert(regions.map((region) => ({ region, category, agency_id })));
}

/** Suspends, resumes or retires. `head` is locked. What was scheduled for a retired agency no longer comes. */
export async function setStatus(
  tx: Tx,
  version: AgencyVersion,
  head: AgencyHead,
  { status, reason }: { status: Agency['status']; reason: LocalText | null },
  nowMs: number,
): Promise<void> {
  await tx('agencies')
    .where({ agency_id: version.agencyId })
    .update({
      status,
      status_reason: reason === null ? null : JSON.stringify(reason),
      updated_at_ms: nowMs,
      ...(status === 'retired' && { next_version: null, next_from_ms: null }),
    });
  await writeRegions(tx, version.manifest, status === 'live' ? head.rollout : null);
  await writeNames(tx, version.manifest, status === 'live');
}

/** Every release of an agency, newest first. */
export async function findReleases(
  db: Db,
  agencyId: string,
  limit: number,
): Promise<(Release & { releasedAtMs: number })[]> {
  const rows = await db('agency_releases')
    .where({ agency_id: agencyId })
    .orderBy('release_id', 'desc')
    .limit(limit);
  return rows.map((row) => ({
    agencyId,
    version: toInt(row.version),
    effectiveFromMs: toInt(row.effective_from_ms),
    rollout: rolloutOf(row.regions, row.share_percent),
    releasedBy: row.released_by,
    requestId: row.request_id,
    releasedAtMs: toInt(row.released_at_ms),
  }));
}
