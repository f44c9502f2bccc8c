import type { KeyScope } from '../../accounts/index.ts';
import { type Db, type Tx, toInt, toIntOrNull } from '../../infra/db/index.ts';

/** A key of an agency's own system; the secret half is not in it. */
export interface AgencyKey {
  keyId: string;
  agencyId: string;
  /** What the agency calls it. */
  label: string;
  scopes: readonly KeyScope[];
  createdBy: string;
  createdAtMs: number;
  /** From then on it is not taken any more. */
  expiresAtMs: number;
  lastUsedAtMs: number | null;
  revokedAtMs: number | null;
  /** The key that takes this one's place. */
  replacedBy: string | null;
}

export type AgencyKeyRow = AgencyKey & { secretHash: string };

export async function insertKey(tx: Tx, key: AgencyKeyRow): Promise<void> {
  await tx('agency_keys').insert({
    key_id: key.keyId,
    agency_id: key.agencyId,
    label: key.label,
    secret_hash: key.secretHash,
    scopes: key.scopes.join(' '),
    created_by: key.createdBy,
    created_at_ms: key.createdAtMs,
    expires_at_ms: key.expiresAtMs,
  });
}

export async function findKey(db: Db, keyId: string): Promise<AgencyKeyRow | null> {
  const row = await db('agency_keys').where({ key_id: keyId }).first();
  return row ? keyOf(row) : null;
}

export async function lockKey(tx: Tx, keyId: string): Promise<AgencyKeyRow | null> {
  const row = await tx('agency_keys').where({ key_id: keyId }).forUpdate().first();
  return row ? keyOf(row) : null;
}

/** Newest first. */
export async function findKeys(db: Db, agencyId: string, limit: number): Promise<AgencyKey[]> {
  const rows = await db('agency_keys').where({ agency_id: agencyId }).orderBy('key_id', 'desc').limit(limit);
  return rows.map((row) => {
    const { secretHash: _, ...key } = keyOf(row);
    return key;
  });
}

/** How many of an agency's keys can still be used. */
export async function countUsableKeys(tx: Tx, agencyId: string, nowMs: number): Promise<number> {
  const row = await tx('agency_keys')
    .where({ agency_id: agencyId })
    .whereNull('revoked_at_ms')
    .andWhere('expires_at_ms', '>', nowMs)
    .count({ count: '*' })
    .first();
  return toInt(row?.count ?? 0);
}

export async function updateKey(
  tx: Tx,
  keyId: string,
  change: Partial<Pick<AgencyKey, 'expiresAtMs' | 'revokedAtMs' | 'replacedBy'>>,
): Promise<void> {
  await tx('agency_keys').where({ key_id: keyId }).update({
    expires_at_ms: change.expiresAtMs,
    revoked_at_ms: change.revokedAtMs,
    replaced_by: change.replacedBy,
  });
}

/** Notes that a key is in use; of several requests at once, one writes. */
export async function touchKey(db: Db, keyId: string, nowMs: number, notSinceMs: number): Promise<void> {
  await db('agency_keys')
    .where({ key_id: keyId })
    .andWhere((seldom) => seldom.whereNull('last_used_at_ms').orWhere('last_used_at_ms', '<=', notSinceMs))
    .update({ last_used_at_ms: nowMs });
}

function keyOf(row: Record<string, unknown>): AgencyKeyRow {
  return {
    keyId: String(row.key_id),
    agencyId: String(row.agency_id),
    label: String(row.label),
    scopes: String(row.scopes).split(' ') as KeyScope[],
    secretHash: String(row.secret_hash),
    createdBy: String(row.created_by),
    createdAtMs: toInt(row.created_at_ms),
    expiresAtMs: toInt(row.expires_at_ms),
    lastUsedAtMs: toIntOrNull(row.last_used_at_ms),
    revokedAtMs: toIntOrNull(row.revoked_at_ms),
    replacedBy: row.replaced_by as string | null,
  };
}
