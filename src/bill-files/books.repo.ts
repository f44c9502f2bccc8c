import { type Db, type Tx, toInt, toIntOrNull } from '../infra/db/index.ts';
import type { BillBook, BillRevision } from './bill-files.types.ts';

/** The books of an agency; null where it has none. `tx` with `forUpdate` locks them until it ends. */
export async function findBook(db: Db | Tx, agencyId: string, forUpdate = false): Promise<BillBook | null> {
  const query = db('bill_books').where({ agency_id: agencyId });
  const row = await (forUpdate ? query.forUpdate() : query).first();
  return row ? toBook(row) : null;
}

/** Ids of the agencies whose books a connection carries. */
export async function agenciesOfConnection(db: Db, connectionId: string): Promise<string[]> {
  return db('bill_books').where({ connection_id: connectionId }).orderBy('agency_id').pluck('agency_id');
}

/** Opens books, or sets them up anew; the bills in them stay. */
export async function saveBook(
  db: Db,
  book: Omit<BillBook, 'baseRevision' | 'liveRevision' | 'tidiedRevision'>,
  nowMs: number,
): Promise<void> {
  const terms = {
    connection_id: book.connectionId,
    currency: book.currency,
    time_zone: book.timeZone,
    cut_off: book.cutOff,
    setup: JSON.stringify({ setup: book.setup, patterns: book.patterns }),
    updated_at_ms: nowMs,
  };
  await db('bill_books')
    .insert({ agency_id: book.agencyId, ...terms, base_revision: 1, live_revision: 0, tidied_revision: 0 })
    .onConflict('agency_id')
    .merge(Object.keys(terms));
}

export async function setRevisions(
  db: Db | Tx,
  agencyId: string,
  revisions: { base_revision?: number; live_revision?: number; tidied_revision?: number },
): Promise<void> {
  await db('bill_books').where({ agency_id: agencyId }).update(revisions);
}

export async function insertRevision(tx: Tx, revision: BillRevision): Promise<void> {
  await tx('bill_revisions').insert({
    revision_id: revision.revisionId,
    agency_id: revision.agencyId,
    revision: revision.revision,
    status: revision.status,
    mode: revision.mode,
    file_name: revision.fileName,
    file_sha256: revision.fileSha256,
    imported_by: revision.importedBy,
    began_at_ms: revision.beganAtMs,
    alive_at_ms: revision.beganAtMs,
    ended_at_ms: revision.endedAtMs,
    summary: JSON.stringify(revision.summary),
    problems: JSON.stringify(revision.problems),
  });
}

/** Ends a revision that is still loading; false when another process has given it up for dead. */
export async function endRevision(
  db: Db | Tx,
  { revisionId, status, endedAtMs, summary, problems }: BillRevision,
): Promise<boolean> {
  const updated = await db('bill_revisions')
    .where({ revision_id: revisionId, status: 'loading' })
    .update({
      status,
      ended_at_ms: endedAtMs,
      summary: JSON.stringify(summary),
      problems: JSON.stringify(problems),
    });
  return updated === 1;
}

export async function stillLoading(db: Db, revisionId: string, nowMs: number): Promise<boolean> {
  const where = { revision_id: revisionId, status: 'loading' };
  return (await db('bill_revisions').where(where).update({ alive_at_ms: nowMs })) === 1;
}

export async function findLoading(
  db: Db | Tx,
  agencyId: string,
): Promise<{ revision: BillRevision; aliveAtMs: number }[]> {
  const rows = await db('bill_revisions').where({ agency_id: agencyId, status: 'loading' });
  return rows.map((row) => ({ revision: toRevision(row), aliveAtMs: toInt(row.alive_at_ms) }));
}

/** The live revision of this very file; null when it was never taken in. */
export async function findLiveOfFile(
  db: Db | Tx,
  agencyId: string,
  fileSha256: string,
): Promise<BillRevision | null> {
  const row = await db('bill_revisions')
    .where({ agency_id: agencyId, status: 'live', file_sha256: fileSha256 })
    .orderBy('revision', 'desc')
    .first();
  return row ? toRevision(row) : null;
}

export async function lastRevision(db: Db | Tx, agencyId: string): Promise<number> {
  const row = await db('bill_revisions').where({ agency_id: agencyId }).max({ last: 'revision' }).first();
  return toInt(row?.last ?? 0);
}

export async function findRevision(
  db: Db,
  agencyId: string,
  revisionId: string,
): Promise<BillRevision | null> {
  const row = await db('bill_revisions').where({ agency_id: agencyId, revision_id: revisionId }).first();
  return row ? toRevision(row) : null;
}

/** The newest first, before `beforeRevision`. */
export async function listRevisions(
  db: Db,
  agencyId: string,
  page: { limit: number; beforeRevision: number | null },
): Promise<BillRevision[]> {
  const query = db('bill_revisions')
    .where({ agency_id: agencyId })
    .orderBy('revision', 'desc')
    .limit(page.limit);
  if (page.beforeRevision !== null) query.where('revision', '<', page.beforeRevision);
  return (await query).map(toRevision);
}

type Row = Readonly<Record<string, unknown>>;

function toBook(row: Row): BillBook {
  return {
    agencyId: String(row.agency_id),
    connectionId: String(row.connection_id),
    currency: String(row.currency),
    timeZone: String(row.time_zone),
    cutOff: String(row.cut_off),
    ...(JSON.parse(String(row.setup)) as Pick<BillBook, 'setup' | 'patterns'>),
    baseRevision: toInt(row.base_revision),
    liveRevision: toInt(row.live_revision),
    tidiedRevision: toInt(row.tidied_revision),
  };
}

function toRevision(row: Row): BillRevision {
  return {
    revisionId: String(row.revision_id),
    agencyId: String(row.agency_id),
    revision: toInt(row.revision),
    status: row.status as BillRevision['status'],
    mode: row.mode as BillRevision['mode'],
    fileName: String(row.file_name),
    fileSha256: String(row.file_sha256),
    importedBy: row.imported_by === null ? null : String(row.imported_by),
    beganAtMs: toInt(row.began_at_ms),
    endedAtMs: toIntOrNull(row.ended_at_ms),
    summary: JSON.parse(String(row.summary)),
    problems: JSON.parse(String(row.problems)),
  };
}
