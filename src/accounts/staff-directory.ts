import { transact } from '../infra/db/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import { normaliseEmail } from './accounts.rules.ts';
import type { DoneBy, StaffMember, StaffRole } from './accounts.types.ts';
import { recordAudit } from './audit.repo.ts';
import { type AccountsContext, SEALED } from './context.ts';
import type { Sessions } from './sessions.service.ts';
import {
  disableStaff,
  findStaff,
  findStaffByEmail,
  findStaffMembers,
  type StaffRecord,
} from './staff.repo.ts';

const MEMBERS_SHOWN = 500;

/** Who there is: staff, and agencies' users. */
export class StaffDirectory {
  private readonly context: AccountsContext;
  private readonly sessions: Sessions;

  constructor(context: AccountsContext, sessions: Sessions) {
    this.context = context;
    this.sessions = sessions;
  }

  /** The users of an agency, oldest first. */
  async ofAgency(agencyId: string): Promise<StaffMember[]> {
    const found = await findStaffMembers(this.context.db, agencyId, MEMBERS_SHOWN);
    return found.map((record) => this.memberOf(record));
  }

  /** Our own people who have a role and may sign in, oldest first. */
  async ofRole(role: StaffRole): Promise<StaffMember[]> {
    const found = await findStaffMembers(this.context.db, null, MEMBERS_SHOWN);
    return found
      .filter(({ roles, agencyId, disabledAtMs }) => {
        return roles.includes(role) && agencyId === null && disabledAtMs === null;
      })
      .map((record) => this.memberOf(record));
  }

  /** Our own people, oldest first, also those who may not sign in any more: what they did still has their name. */
  async colleagues(): Promise<StaffMember[]> {
    const found = await findStaffMembers(this.context.db, null, MEMBERS_SHOWN);
    return found.filter(({ agencyId }) => agencyId === null).map((record) => this.memberOf(record));
  }

  /** Null when there is nobody of that address. */
  async byEmail(email: string): Promise<StaffMember | null> {
    const { db, vault } = this.context;
    const found = await findStaffByEmail(db, vault.blindIndex(normaliseEmail(email), SEALED.staffEmail));
    return found && this.memberOf(found);
  }

  /** Shuts an agency's user out, now and for good. Refuses with `agency_user_not_found`, also for another agency's. */
  async disable(agencyId: string, staffId: string, by: DoneBy): Promise<void> {
    const { db, clock } = this.context;
    await transact(db, async (tx) => {
      const nowMs = clock.nowMs();
      const found = isId('stf', staffId) ? await findStaff(tx, staffId) : null;
      if (found?.agencyId !== agencyId || !(await disableStaff(tx, staffId, nowMs))) {
        throw new DomainError('notFound', 'agency_user_not_found');
      }
      await this.sessions.endAllOf(tx, staffId);
      await recordAudit(tx, {
        ...by,
        atMs: nowMs,
        action: 'staff.disable',
        object: { kind: 'staff', id: staffId },
        outcome: 'ok',
      });
    });
  }

  private memberOf(record: StaffRecord): StaffMember {
    const { vault } = this.context;
    const { staffId, roles, agencyId, createdAtMs, disabledAtMs } = record;
    return {
      staffId,
      email: vault.open(record.emailSealed, SEALED.staffEmail),
      displayName: vault.open(record.displayNameSealed, SEALED.staffDisplayName),
      roles,
      agencyId,
      createdAtMs,
      disabledAtMs,
    };
  }
}
