import { type Db, type Tx, toInt } from '../infra/db/index.ts';
import type { PersonKind, Role } from './accounts.types.ts';

export interface Session {
  sessionId: string;
  /** SHA-256 of the token's secret half, base64url. */
  secretHash: string;
  userId: string;
  kind: PersonKind;
  roles: readonly Role[];
  agencyId: string | null;
  displayNameSealed: string;
  createdAtMs: number;
  lastSeenAtMs: number;
  expiresAtMs: number;
}

interface SessionRow {
  session_id: string;
  secret_hash: string;
  user_id: string;
  kind: PersonKind;
  roles: string;
  agency_id: string | null;
  display_name_sealed: string;
  created_at_ms: string;
  last_seen_at_ms: string;
  expires_at_ms: string;
}

export async function insertSession(tx: Tx, session: Session): Promise<void> {
  await tx('sessions').insert({
    session_id: session.sessionId,
    secret_hash: session.secretHash,
    user_id: session.userId,
    kind: session.kind,
    roles: session.roles.join(' '),
    agency_id: session.agencyId,
    display_name_sealed: session.displayNameSealed,
    created_at_ms: session.createdAtMs,
    last_seen_at_ms: session.lastSeenAtMs,
    expires_at_ms: session.expiresAtMs,
  });
}

export async function findSession(db: Db | Tx, sessionId: string): Promise<Session | null> {
  const row = await db<SessionRow>('sessions').where({ session_id: sessionId }).first();
  if (!row) return null;
  return {
    sessionId: row.session_id,
    secretHash: row.secret_hash,
    userId: row.user_id,
    kind: row.kind,
    roles: row.roles.split(' ') as Role[],
    agencyId: row.agency_id,
    displayNameSealed: row.display_name_sealed,
    createdAtMs: toInt(row.created_at_ms),
    lastSeenAtMs: toInt(row.last_seen_at_ms),
    expiresAtMs: toInt(row.expires_at_ms),
  };
}

/** Notes that a session is in use; of several requests at once, one writes. */
export async function touchSession(
  db: Db,
  sessionId: string,
  nowMs: number,
  notSinceMs: number,
): Promise<void> {
  await db('sessions')
    .where({ session_id: sessionId })
    .andWhere('last_seen_at_ms', '<=', notSinceMs)
    .update({ last_seen_at_ms: nowMs });
}

/** Returns whether it was there. */
export async function deleteSession(db: Db | Tx, sessionId: string): Promise<boolean> {
  return (await db('sessions').where({ session_id: sessionId }).delete()) > 0;
}

/** Returns how many there were. */
export async function deleteSessionsOf(tx: Tx, userId: string): Promise<number> {
  return tx('sessions').where({ user_id: userId }).delete();
}

/** Session ids sort by the time they were made, so old sessions are one range of the primary key. */
export async function deleteSessionsBefore(db: Db, sessionId: string): Promise<number> {
  return db('sessions').where('session_id', '<', sessionId).delete();
}
