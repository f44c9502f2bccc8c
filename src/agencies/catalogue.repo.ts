import { manifestSchema } from '../contract/index.ts';
import { type Db, type Tx, toInt } from '../infra/db/index.ts';
import type { CarriedAgency, CatalogueRevision } from './catalogue.types.ts';

/** The newest list of a connection; null when it has never been asked. */
export async function findNewestRevision(
  db: Db | Tx,
  connectionId: string,
): Promise<CatalogueRevision | null> {
  const row = await db('catalogue_revisions')
    .where({ connection_id: connectionId })
    .orderBy('revision_id', 'desc')
    .first();
  if (!row) return null;
  return {
    connectionId,
    revisionId: row.revision_id,
    contentHash: row.content_hash,
    listings: JSON.parse(row.listings) as CatalogueRevision['listings'],
    fetchedAtMs: toInt(row.fetched_at_ms),
  };
}

export async function insertRevision(tx: Tx, revision: CatalogueRevision): Promise<void> {
  await tx('catalogue_revisions').insert({
    connection_id: revision.connectionId,
    revision_id: revision.revisionId,
    content_hash: revision.contentHash,
    listings: JSON.stringify(revision.listings),
    fetched_at_ms: revision.fetchedAtMs,
  });
}

/** Locks a connection until the transaction ends, so that of two who accept its agencies one comes second. */
export async function lockConnection(tx: Tx, connectionId: string): Promise<void> {
  await tx('connections').where({ connection_id: connectionId }).forUpdate().first('connection_id');
}

/** The agencies of a connection, and those that it is another way to, as they were last put in effect. */
export async function findCarried(db: Db | Tx, connectionId: string): Promise<CarriedAgency[]> {
  const rows: { agency_id: string; status: CarriedAgency['status']; manifest: string }[] = await db(
    'agencies',
  )
    .join('agency_manifests', (on) =>
      on
        .on('agency_manifests.agency_id', 'agencies.agency_id')
        .andOn('agency_manifests.version', 'agencies.live_version'),
    )
    // Ids of connections hold no character that a pattern knows.
    .where('agency_manifests.manifest', 'like', `%"connection":"${connectionId}"%`)
    .orderBy('agencies.agency_id')
    .select('agencies.agency_id', 'agencies.status', 'agency_manifests.manifest');
  return rows.map(({ agency_id, status, manifest }) => ({
    agencyId: agency_id,
    status,
    manifest: manifestSchema.parse(JSON.parse(manifest)),
  }));
}
