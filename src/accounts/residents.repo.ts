import { type Db, type Tx, toInt } from '../infra/db/index.ts';

export interface CodeChallengeRecord {
  challengeId: string;
  phoneSealed: string;
  codeHash: string;
  tries: number;
  state: 'open' | 'used';
  createdAtMs: number;
  expiresAtMs: number;
}

interface CodeRow {
  challenge_id: string;
  phone_sealed: string;
  code_hash: string;
  tries: number;
  state: CodeChallengeRecord['state'];
  created_at_ms: string;
  expires_at_ms: string;
}

export async function insertCodeChallenge(tx: Tx, challenge: CodeChallengeRecord): Promise<void> {
  await tx('sign_in_codes').insert({
    challenge_id: challenge.challengeId,
    phone_sealed: challenge.phoneSealed,
    code_hash: challenge.codeHash,
    tries: challenge.tries,
    state: challenge.state,
    created_at_ms: challenge.createdAtMs,
    expires_at_ms: challenge.expiresAtMs,
  });
}

/** Locks the challenge, so that one code opens one session however many ask at once. */
export async function lockCodeChallenge(tx: Tx, challengeId: string): Promise<CodeChallengeRecord | null> {
  const row = await tx<CodeRow>('sign_in_codes').where({ challenge_id: challengeId }).forUpdate().first();
  if (!row) return null;
  return {
    challengeId: row.challenge_id,
    phoneSealed: row.phone_sealed,
    codeHash: row.code_hash,
    tries: row.tries,
    state: row.state,
    createdAtMs: toInt(row.created_at_ms),
    expiresAtMs: toInt(row.expires_at_ms),
  };
}

export async function updateCodeChallenge(
  tx: Tx,
  challengeId: string,
  change: { tries: number; state: CodeChallengeRecord['state'] },
): Promise<void> {
  await tx('sign_in_codes').where({ challenge_id: challengeId }).update(change);
}

/** Challenge ids sort by time: old ones are one range of the primary key. */
export async function deleteCodeChallengesBefore(db: Db, challengeId: string): Promise<number> {
  return db('sign_in_codes').where('challenge_id', '<', challengeId).delete();
}

interface ResidentRow {
  resident_id: string;
  phone_index: string;
}

/** The resident with this phone, made now when there is none; of two at once, both get the same. */
export async function findOrInsertResident(
  tx: Tx,
  resident: { residentId: string; phoneSealed: string; phoneIndex: string; createdAtMs: number },
): Promise<{ residentId: string; isNew: boolean }> {
  const find = () =>
    tx<ResidentRow>('residents').where({ phone_index: resident.phoneIndex }).first('resident_id');
  const known = await find();
  if (known) return { residentId: known.resident_id, isNew: false };
  await tx('residents')
    .insert({
      resident_id: resident.residentId,
      phone_sealed: resident.phoneSealed,
      phone_index: resident.phoneIndex,
      created_at_ms: resident.createdAtMs,
    })
    .onConflict(['phone_index'])
    .ignore();
  const made = await find();
  if (!made) throw new Error('a resident just inserted is not there');
  return { residentId: made.resident_id, isNew: made.resident_id === resident.residentId };
}
