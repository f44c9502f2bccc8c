import {
  makeStaff,
  openAccounts,
  refusalOf,
  signInStaff,
  someClient,
  type TestAccounts,
  type TestStaff,
  totpNow,
} from '../../test/support/accounts.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { addressGroup, STAFF_ADDRESS_LOCK } from './guards.rules.ts';
import { mayCall, readDemoSignIns } from './index.ts';

const STEP_MS = 30_000;
const MINUTE_MS = 60_000;

describeOnBothStacks('staff sign-in', (stack) => {
  let test: TestAccounts;
  let staff: TestStaff;
  beforeEach(async () => {
    test = openAccounts(stack().db);
    staff = await makeStaff(test, ['finance']);
  });

  const checkPassword = (typed: { email: string; password: string } = staff, client = someClient()) =>
    test.accounts.staff.checkPassword(typed, client);
  const newChallenge = async () => (await checkPassword()).challengeId;
  const signIn = (challengeId: string, code: string) =>
    test.accounts.staff.signInByTotp({ challengeId, code }, someClient());
  const wrongPassword = () => refusalOf(checkPassword({ ...staff, password: 'something else' }));
  const wrongCode = (code: string) => (code === '000000' ? '000001' : '000000');

  it('takes a password and a code, and says who it is and what they may do', async () => {
    const agencyUser = await makeStaff(test, ['agency'], { agencyId: 'agy_power', displayName: '李工' });
    const { caller, token } = await signInStaff(test, agencyUser);
    expect(caller).toMatchObject({
      userId: agencyUser.staffId,
      kind: 'staff',
      roles: ['agency'],
      agencyId: 'agy_power',
      displayName: '李工',
    });
    expect(await test.accounts.sessions.authenticate(token)).toEqual(caller);
    expect(mayCall('agency', caller)).toBe('yes');
    for (const access of ['finance', 'operator', 'financeOrOperator', 'resident']) {
      expect(mayCall(access, caller)).toBe('no');
    }
  });

  it('refuses a wrong password and an unknown address in the same words', async () => {
    expect(await wrongPassword()).toBe('staff_sign_in_refused');
    expect(await refusalOf(checkPassword({ ...staff, email: 'nobody@example.cn' }))).toBe(
      'staff_sign_in_refused',
    );
    expect(await refusalOf(checkPassword({ ...staff, email: ` ${staff.email.toUpperCase()} ` }))).toBe('ok');
  });

  it('takes each code once, and none from before it', async () => {
    const code = totpNow(test, staff);
    await signIn(await newChallenge(), code);
    const challengeId = await newChallenge();
    expect(await refusalOf(signIn(challengeId, code))).toBe('totp_used');
    expect(await refusalOf(signIn(challengeId, totpNow(test, staff, -1)))).toBe('totp_used');
    expect(await refusalOf(signIn(challengeId, totpNow(test, staff, 1)))).toBe('ok');
  });

  it('takes one code once also when it is sent at the same time', async () => {
    const challenges = [await newChallenge(), await newChallenge(), await newChallenge()];
    const code = totpNow(test, staff);
    const results = await Promise.all(challenges.map((challengeId) => refusalOf(signIn(challengeId, code))));
    expect(results.sort()).toEqual(['ok', 'totp_used', 'totp_used']);
  });

  it('opens one session for one challenge, however many good codes come at once', async () => {
    const challengeId = await newChallenge();
    const codes = [totpNow(test, staff, -1), totpNow(test, staff), totpNow(test, staff, 1)];
    const results = await Promise.all(codes.map((code) => refusalOf(signIn(challengeId, code))));
    expect(results.sort()).toEqual(['ok', 'staff_challenge_expired', 'staff_challenge_expired']);
    expect(await stack().db('sessions').where({ user_id: staff.staffId })).toHaveLength(1);
  });

  it('bears a clock half a minute off, and no more', async () => {
    const challengeId = await newChallenge();
    expect(await refusalOf(signIn(challengeId, totpNow(test, staff, 2)))).toBe('totp_wrong');
    expect(await refusalOf(signIn(challengeId, totpNow(test, staff, -2)))).toBe('totp_wrong');
    expect(await refusalOf(signIn(challengeId, totpNow(test, staff, -1)))).toBe('ok');
  });

  it('closes a challenge after five wrong codes and after five minutes', async () => {
    const missed = await newChallenge();
    const code = totpNow(test, staff);
    for (let tries = 0; tries < 5; tries++) {
      expect(await refusalOf(signIn(missed, wrongCode(code)))).toBe('totp_wrong');
    }
    expect(await refusalOf(signIn(missed, code))).toBe('staff_challenge_expired');
    const late = await newChallenge();
    test.clock.advance(5 * MINUTE_MS);
    expect(await refusalOf(signIn(late, totpNow(test, staff)))).toBe('staff_challenge_expired');
    for (const never of ['', `stc_${'0'.repeat(26)}`, 'otc_x']) {
      expect(await refusalOf(signIn(never, totpNow(test, staff)))).toBe('staff_challenge_expired');
    }
  });

  it('locks out guesses made all at once, from everywhere, and then for longer each time', async () => {
    const results = await Promise.all(Array.from({ length: 12 }, wrongPassword));
    expect(results.filter((result) => result === 'staff_sign_in_refused')).toHaveLength(6);
    expect(results.filter((result) => result === 'sign_in_locked')).toHaveLength(6);
    await expect(checkPassword()).rejects.toMatchObject({ code: 'sign_in_locked', retryAfterSeconds: 30 });
    test.clock.advance(30_000);
    expect(await wrongPassword()).toBe('staff_sign_in_refused');
    await expect(checkPassword()).rejects.toMatchObject({ code: 'sign_in_locked', retryAfterSeconds: 60 });
    test.clock.advance(60_000);
    expect(await refusalOf(signInStaff(test, staff))).toBe('ok');
    test.clock.advance(STEP_MS);
    // All is forgotten: one more failure does not lock.
    expect(await wrongPassword()).toBe('staff_sign_in_refused');
    expect(await refusalOf(checkPassword())).toBe('ok');
  });

  it('counts wrong codes and wrong passwords together, so that knowing the password does not reset the count', async () => {
    const code = totpNow(test, staff);
    for (let tries = 0; tries < 6; tries++) {
      const challengeId = await newChallenge();
      expect(await refusalOf(signIn(challengeId, wrongCode(code)))).toBe('totp_wrong');
    }
    expect(await refusalOf(checkPassword())).toBe('sign_in_locked');
  });

  it('locks out unknown addresses like known ones', async () => {
    const unknown = { email: `${staff.staffId}@example.cn`, password: 'x' };
    const tries = await Promise.all(Array.from({ length: 7 }, () => refusalOf(checkPassword(unknown))));
    expect(tries).toContain('sign_in_locked');
  });

  it('locks out an address that fails at many accounts', async () => {
    const client = someClient();
    const nowMs = test.clock.nowMs();
    await stack()
      .db('sign_in_guards')
      .insert({
        guard_key: test.vault.blindIndex(addressGroup(client.address), 'guard.staffAddress'),
        attempts: STAFF_ADDRESS_LOCK.freeFailures,
        window_started_at_ms: nowMs,
        last_at_ms: nowMs,
        blocked_until_ms: 0,
      });
    const guess = { email: 'somebody@example.cn', password: 'x' };
    expect(await refusalOf(checkPassword(guess, client))).toBe('staff_sign_in_refused');
    expect(await refusalOf(checkPassword(staff, client))).toBe('sign_in_locked');
    expect(await refusalOf(checkPassword(staff))).toBe('ok');
  });

  it('makes one account of one e-mail address, and none that is wrong', async () => {
    const create = (change: object) =>
      refusalOf(makeStaff(test, ['operator'], { email: staff.email, ...change }));
    expect(await create({})).toBe('staff_email_taken');
    expect(await create({ email: staff.email.toUpperCase() })).toBe('staff_email_taken');
    expect(await create({ email: 'not an address' })).toBe('email_invalid');
    expect(await create({ email: 'new@example.cn', password: 'short' })).toBe('password_too_short');
    expect(await create({ email: 'new@example.cn', roles: [] })).toBe('staff_roles_invalid');
  });

  it('keeps no address, name, password or secret readable', async () => {
    await signInStaff(test, staff);
    for (const table of ['staff', 'staff_challenges', 'sessions', 'audit_events']) {
      const rows = JSON.stringify(await stack().db(table));
      for (const plain of [staff.email, staff.password, staff.totpSecret, '王经理']) {
        expect(rows).not.toContain(plain);
      }
    }
    expect(JSON.stringify(test.logged)).not.toContain(staff.email);
  });

  it('tells a demo a code that works, and the next one once that is used', async () => {
    const people = {
      residents: [{ phone: '13800138000', note: '张女士' }],
      staff: [
        { email: staff.email, password: staff.password, role: 'finance' as const },
        { email: 'gone@example.cn', password: 'x', role: 'operator' as const },
      ],
    };
    const { db } = stack();
    for (let signIns = 0; signIns < 2; signIns++) {
      const told = await readDemoSignIns({ db, vault: test.vault, clock: test.clock }, people);
      expect(told.residents).toEqual(people.residents);
      expect(told.staff).toHaveLength(1);
      const code = told.staff[0]?.totpCode ?? '';
      expect(await refusalOf(signIn(await newChallenge(), code))).toBe('ok');
    }
  });
});
