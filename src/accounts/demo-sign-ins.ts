import { normaliseEmail } from './accounts.rules.ts';
import type { StaffRole } from './accounts.types.ts';
import { type AccountsContext, SEALED } from './context.ts';
import { findStaffByEmail } from './staff.repo.ts';
import { totpCodeOf, totpStepAt } from './totp.ts';

/** People whom anybody may be in a demo. */
export interface DemoPeople {
  residents: readonly { phone: string; note: string }[];
  staff: readonly { email: string; password: string; role: StaffRole }[];
}

export interface DemoSignIns {
  residents: readonly { phone: string; note: string }[];
  staff: readonly { email: string; password: string; totpCode: string; role: StaffRole }[];
}

/**
 * How to sign in as each of them right now. Each code is good once, so when the present one is used up the next one is
 * given, which is taken half a minute early. Staff who are not in the database are left out.
 */
export async function readDemoSignIns(
  { db, vault, clock }: Pick<AccountsContext, 'db' | 'vault' | 'clock'>,
  people: DemoPeople,
): Promise<DemoSignIns> {
  const staff: DemoSignIns['staff'][number][] = [];
  for (const person of people.staff) {
    const record = await findStaffByEmail(
      db,
      vault.blindIndex(normaliseEmail(person.email), SEALED.staffEmail),
    );
    if (!record) continue;
    const secret = vault.open(record.totpSecretSealed, SEALED.staffTotpSecret);
    const stepNow = totpStepAt(clock.nowMs());
    const step = Math.min(Math.max(stepNow, record.totpLastStep + 1), stepNow + 1);
    staff.push({ ...person, totpCode: totpCodeOf(secret, step) });
  }
  return { residents: people.residents, staff };
}
