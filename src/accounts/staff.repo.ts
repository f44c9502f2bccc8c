import { type Db, isUniqueViolation, type Tx, toInt, toIntOrNull } from '../infra/db/index.ts';
import type { StaffRole } from './accounts.types.ts';

export interface StaffRecord {
  staffId: string;
  emailSealed: string;
  emailIndex: string;
  passwordHash: string;
  totpSecretSealed: string;
  totpLastStep: number;
  roles: readonly StaffRole[];
  agencyId: string | null;
  displayNameSealed: string;
  createdAtMs: number;
  /** Since when they may not sign in any more. */
  disabledAtMs: number | null;
}

interface StaffRow {
  staff_id: string;
  email_sealed: string;
  email_index: string;
  password_hash: string;
  totp_secret_sealed: string;
  totp_last_step: string;
  roles: string;
  agency_id: string | null;
  display_name_sealed: string;
  created_at_ms: string;
  disabled_at_ms: string | null;
}

export interface StaffChallengeRecord {
  challengeId: string;
  staffId: string;
  tries: number;
  state: 'open' | 'used';
  createdAtMs: number;
  expiresAtMs: number;
}

interface StaffChallengeRow {
  challenge_id: string;
  staff_id: string;
  tries: number;
  state: StaffChallengeRecord['state'];
  created_at_ms: string;
  expires_at_ms: string;
}

/** Returns false when the e-mail address is taken. */
export async function insertStaff(db: Db | Tx, staff: StaffRecord): Promise<boolean> {
  try {
    await db('staff').insert({
      staff_id: staff.staffId,
      email_sealed: staff.emailSealed,
      email_index: staff.emailIndex,
      password_hash: staff.passwordHash,
      totp_secret_sealed: staff.totpSecretSealed,
      totp_last_step: staff.totpLastStep,
      roles: staff.roles.join(' '),
      agency_id: staff.agencyId,
      display_name_sealed: staff.displayNameSealed,
      created_at_ms: staff.createdAtMs,
    });
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

export async function findStaffByEmail(db: Db, emailIndex: string): Promise<StaffRecord | null> {
  const row = await db<StaffRow>('staff').where({ email_index: emailIndex }).first();
  return row ? staffOf(row) : null;
}

export async function findStaff(db: Db | Tx, staffId: string): Promise<StaffRecord | null> {
  const row = await db<StaffRow>('staff').where({ staff_id: staffId }).first();
  return row ? staffOf(row) : null;
}

/** Of one agency, or everybody; by id. */
export async function findStaffMembers(
  db: Db,
  agencyId: string | null,
  limit: number,
): Promise<StaffRecord[]> {
  const query = db<StaffRow>('staff').orderBy('staff_id').limit(limit);
  if (agencyId !== null) query.where({ agency_id: agencyId });
  return (await query).map(staffOf);
}

/** Returns whether they could sign in until now. */
export async function disableStaff(tx: Tx, staffId: string, nowMs: number): Promise<boolean> {
  const changed = await tx('staff')
    .where({ staff_id: staffId })
    .whereNull('disabled_at_ms')
    .update({ disabled_at_ms: nowMs });
  return changed === 1;
}

function staffOf(row: StaffRow): StaffRecord {
  return {
    staffId: row.staff_id,
    emailSealed: row.email_sealed,
    emailIndex: row.email_index,
    passwordHash: row.password_hash,
    totpSecretSealed: row.totp_secret_sealed,
    totpLastStep: toInt(row.totp_last_step),
    roles: row.roles.split(' ') as StaffRole[],
    agencyId: row.agency_id,
    displayNameSealed: row.display_name_sealed,
    createdAtMs: toInt(row.created_at_ms),
    disabledAtMs: toIntOrNull(row.disabled_at_ms),
  };
}

/** Uses up a time step. False when it, or a later one, has been used: that code was taken already. */
export async function spendTotpStep(tx: Tx, staffId: string, step: number): Promise<boolean> {
  const changed = await tx('staff')
    .where({ staff_id: staffId })
    .andWhere('totp_last_step', '<', step)
    .update({ totp_last_step: step });
  return changed === 1;
}

export async function insertStaffChallenge(tx: Tx, challenge: StaffChallengeRecord): Promise<void> {
  await tx('staff_challenges').insert({
    challenge_id: challenge.challengeId,
    staff_id: challenge.staffId,
    tries: challenge.tries,
    state: challenge.state,
    created_at_ms: challenge.createdAtMs,
    expires_at_ms: challenge.expiresAtMs,
  });
}

export async function lockStaffChallenge(tx: Tx, challengeId: string): Promise<StaffChallengeRecord | null> {
  const row = await tx<StaffChallengeRow>('staff_challenges')
    .where({ challenge_id: challengeId })
    .forUpdate()
    .first();
  if (!row) return null;
  return {
    challengeId: row.challenge_id,
    staffId: row.staff_id,
    tries: row.tries,
    state: row.state,
    createdAtMs: toInt(row.created_at_ms),
    expiresAtMs: toInt(row.expires_at_ms),
  };
}

export async function updateStaffChallenge(
  tx: Tx,
  challengeId: string,
  change: { tries: number; state: StaffChallengeRecord['state'] },
): Promise<void> {
  await tx('staff_challenges').where({ challenge_id: challengeId }).update(change);
}

/** Challenge ids sort by time: old ones are one range of the primary key. */
export async function deleteStaffChallengesBefore(db: Db, challengeId: string): Promise<number> {
  return db('staff_challenges').where('challenge_id', '<', challengeId).delete();
}
