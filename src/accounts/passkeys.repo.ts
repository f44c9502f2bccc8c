import { createHash } from 'node:crypto';
import { type Db, insertOrAdd, isUniqueViolation, type Tx, toInt } from '../infra/db/index.ts';

export interface PasskeyRecord {
  staffId: string;
  /** As the browser names it, base64url. */
  credentialId: string;
  /** COSE key, base64url. */
  publicKey: string;
  /** How often it has signed, by its own count; 0 for ever on passkeys that are synchronised. */
  counter: number;
  transports: readonly string[];
  labelSealed: string;
  createdAtMs: number;
}

interface PasskeyRow {
  staff_id: string;
  credential_hash: string;
  credential_id: string;
  public_key: string;
  counter: string;
  transports: string;
  label_sealed: string;
  created_at_ms: string;
}

const hashOf = (credentialId: string) => createHash('sha256').update(credentialId).digest('base64url');

/** Returns false when the credential is registered already, by whomever; the transaction is then good for nothing else. */
export async function insertPasskey(tx: Tx, passkey: PasskeyRecord): Promise<boolean> {
  try {
    await tx('staff_passkeys').insert({
      staff_id: passkey.staffId,
      credential_hash: hashOf(passkey.credentialId),
      credential_id: passkey.credentialId,
      public_key: passkey.publicKey,
      counter: passkey.counter,
      transports: passkey.transports.join(' '),
      label_sealed: passkey.labelSealed,
      created_at_ms: passkey.createdAtMs,
    });
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

export async function listPasskeys(db: Db | Tx, staffId: string): Promise<PasskeyRecord[]> {
  const rows = await db<PasskeyRow>('staff_passkeys').where({ staff_id: staffId }).orderBy('credential_hash');
  return rows.map((row) => ({
    staffId: row.staff_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    counter: toInt(row.counter),
    transports: row.transports === '' ? [] : row.transports.split(' '),
    labelSealed: row.label_sealed,
    createdAtMs: toInt(row.created_at_ms),
  }));
}

export async function updatePasskeyUse(
  tx: Tx,
  passkey: Pick<PasskeyRecord, 'staffId' | 'credentialId' | 'counter'>,
  usedAtMs: number,
): Promise<void> {
  await tx('staff_passkeys')
    .where({ staff_id: passkey.staffId, credential_hash: hashOf(passkey.credentialId) })
    .update({ counter: passkey.counter, last_used_at_ms: usedAtMs });
}

/** Keeps what a passkey is asked to sign; asking again replaces what was asked before. */
export async function putPasskeyChallenge(
  tx: Tx,
  row: { askedForId: string; challenge: string; expiresAtMs: number },
): Promise<void> {
  await insertOrAdd(
    tx,
    'passkey_challenges',
    [{ asked_for_id: row.askedForId, challenge: row.challenge, expires_at_ms: row.expiresAtMs }],
    ['asked_for_id'],
    [],
    ['challenge', 'expires_at_ms'],
  );
}

interface PasskeyChallengeRow {
  asked_for_id: string;
  challenge: string;
  expires_at_ms: string;
}

/** Takes the challenge away and returns it when it was there and is still good: each is answered once. */
export async function takePasskeyChallenge(
  tx: Tx,
  askedForId: string,
  nowMs: number,
): Promise<string | null> {
  const row = await tx<PasskeyChallengeRow>('passkey_challenges')
    .where({ asked_for_id: askedForId })
    .forUpdate()
    .first();
  if (!row) return null;
  await tx('passkey_challenges').where({ asked_for_id: askedForId }).delete();
  return nowMs < toInt(row.expires_at_ms) ? row.challenge : null;
}

/** Whatever nobody answered. Ids of one prefix sort by time. */
export async function deletePasskeyChallengesExpiredBefore(db: Db, beforeMs: number): Promise<number> {
  return db('passkey_challenges').where('expires_at_ms', '<', beforeMs).delete();
}
