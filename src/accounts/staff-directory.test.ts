import {
  makeStaff,
  openAccounts,
  refusalOf,
  signInStaff,
  someClient,
  type TestAccounts,
} from '../../test/support/accounts.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';

const by = { actor: { kind: 'staff', id: 'stf_ann' }, traceId: null, addressIndex: null } as const;

describeOnBothStacks('users of agencies', (stack) => {
  let test: TestAccounts;
  beforeEach(() => {
    test = openAccounts(stack().db);
  });

  it('sign in like staff, and belong to their agency', async () => {
    const agencyId = 'an-agency-whose-name-is-longer-than-thirty-two-characters';
    const user = await makeStaff(test, ['agency'], { agencyId });
    const { caller } = await signInStaff(test, user);
    expect(caller).toMatchObject({ kind: 'staff', roles: ['agency'], agencyId });
    expect(await test.accounts.staffDirectory.ofAgency(agencyId)).toMatchObject([
      { staffId: user.staffId, email: user.email, displayName: '王经理', disabledAtMs: null },
    ]);
    expect(await test.accounts.staffDirectory.byEmail(user.email.toUpperCase())).toMatchObject({ agencyId });
    expect(await test.accounts.staffDirectory.byEmail('nobody@example.cn')).toBeNull();
  });

  it('get a password of their own where none was given', async () => {
    const email = 'new@example.cn';
    const made = await test.accounts.staff.create({
      email,
      roles: ['agency'],
      agencyId: 'some',
      displayName: '新',
    });
    const password = made.newPassword ?? '';
    expect(password.length).toBeGreaterThanOrEqual(20);
    expect(await test.accounts.staff.checkPassword({ email, password }, someClient())).toBeTruthy();
  });

  it('are shut out at once, by whoever looks after their agency', async () => {
    const { staffDirectory, sessions } = test.accounts;
    const user = await makeStaff(test, ['agency'], { agencyId: 'one-agency' });
    const { token } = await signInStaff(test, user);
    expect(await refusalOf(staffDirectory.disable('other-agency', user.staffId, by))).toBe(
      'agency_user_not_found',
    );
    expect(await sessions.authenticate(token)).not.toBeNull();
    await staffDirectory.disable('one-agency', user.staffId, by);
    expect(await sessions.authenticate(token)).toBeNull();
    expect(await refusalOf(signInStaff(test, user))).toBe('staff_sign_in_refused');
    expect(await refusalOf(staffDirectory.disable('one-agency', user.staffId, by))).toBe(
      'agency_user_not_found',
    );
    const rows = await stack().db('audit_events').where({ object_id: user.staffId, actor_id: 'stf_ann' });
    expect(rows.map(({ action }) => action)).toEqual(['staff.disable']);
  });
});
