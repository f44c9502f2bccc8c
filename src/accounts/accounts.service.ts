import { newId } from '../kernel/ids.ts';
import { SESSION_LIMITS } from './accounts.rules.ts';
import { listAuditEvents } from './audit.repo.ts';
import { type AccountsContext, addressIndexOf } from './context.ts';
import { deleteGuardsUnusedSince } from './guards.repo.ts';
import { STAFF_ACCOUNT_LOCK } from './guards.rules.ts';
import { deletePasskeyChallengesExpiredBefore } from './passkeys.repo.ts';
import { Passkeys } from './passkeys.service.ts';
import { deleteCodeChallengesBefore } from './residents.repo.ts';
import { ResidentSignIn } from './residents.service.ts';
import { deleteSandboxSmsBefore } from './sandbox-sms.ts';
import { deleteSessionsBefore } from './sessions.repo.ts';
import { Sessions } from './sessions.service.ts';
import { deleteStaffChallengesBefore } from './staff.repo.ts';
import { StaffSignIn } from './staff.service.ts';
import { StaffDirectory } from './staff-directory.ts';

const DAY_MS = 86_400_000;

/** Who is calling: sign-in of residents and staff, and their sessions. */
export interface Accounts {
  sessions: Sessions;
  residents: ResidentSignIn;
  staff: StaffSignIn;
  staffDirectory: StaffDirectory;
  passkeys: Passkeys;
  /** Blind index of a client's address, for audit events. */
  addressIndex(address: string): string;
  /** The audit trail, newest first, a page at a time. Refuses with `cursor_invalid`. */
  listAuditEvents(page: { limit: number; cursor?: string }): ReturnType<typeof listAuditEvents>;
  /** Deletes what nobody can use any more: ended sessions, old codes, messages and counts. Returns how many rows. */
  purgeExpired(): Promise<number>;
}

export function createAccounts(context: AccountsContext): Accounts {
  const sessions = new Sessions(context);
  const passkeys = new Passkeys(context);
  return {
    sessions,
    passkeys,
    residents: new ResidentSignIn(context, sessions),
    staff: new StaffSignIn(context, sessions, passkeys),
    staffDirectory: new StaffDirectory(context, sessions),
    addressIndex: (address) => addressIndexOf(context.vault, address),
    listAuditEvents: (page) => listAuditEvents(context.db, page),
    purgeExpired: () => purgeExpired(context),
  };
}

async function purgeExpired({ db, clock }: AccountsContext): Promise<number> {
  const nowMs = clock.nowMs();
  const dayAgoMs = nowMs - DAY_MS;
  const counts = [
    await deleteSessionsBefore(db, firstId('ses', nowMs - SESSION_LIMITS.resident.absoluteMs)),
    await deleteCodeChallengesBefore(db, firstId('otc', dayAgoMs)),
    await deleteStaffChallengesBefore(db, firstId('stc', dayAgoMs)),
    await deletePasskeyChallengesExpiredBefore(db, nowMs),
    await deleteSandboxSmsBefore(db, firstId('sms', dayAgoMs)),
    await deleteGuardsUnusedSince(db, nowMs - STAFF_ACCOUNT_LOCK.forgetAfterMs),
  ];
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What every id of a kind made at that time or later is beyond: prefix and time, without the rest. */
function firstId(prefix: string, atMs: number): string {
  const withoutRest = prefix.length + 1 + 10;
  return newId(prefix, atMs, 0).slice(0, withoutRest);
}
