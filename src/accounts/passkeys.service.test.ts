import {
  makeStaff,
  openAccounts,
  refusalOf,
  signInStaff,
  someClient,
  type TestAccounts,
  type TestStaff,
} from '../../test/support/accounts.ts';
import { SoftwareAuthenticator } from '../../test/support/authenticator.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import type { Caller } from './index.ts';

const SITE = 'http://localhost:8080';

describeOnBothStacks('passkeys', (stack) => {
  let test: TestAccounts;
  let staff: TestStaff;
  let caller: Caller;
  beforeEach(async () => {
    test = openAccounts(stack().db, { publicUrl: SITE });
    staff = await makeStaff(test, ['operator']);
    ({ caller } = await signInStaff(test, staff));
  });

  const register = async (authenticator: SoftwareAuthenticator, who = caller) => {
    const { challenge } = await test.accounts.passkeys.registrationOptions(who);
    const credential = authenticator.register(challenge);
    return test.accounts.passkeys.register(who, { credential, label: '办公电脑' }, someClient());
  };
  const registered = async () => {
    const authenticator = new SoftwareAuthenticator(SITE);
    await register(authenticator);
    return authenticator;
  };
  const checkPassword = (who = staff) => test.accounts.staff.checkPassword(who, someClient());
  const signIn = (challengeId: string, credential: unknown) =>
    test.accounts.staff.signInByPasskey({ challengeId, credential }, someClient());

  it('is registered by who is signed in, offered after the password, and signs in', async () => {
    expect((await checkPassword()).methods).toEqual(['totp']);
    const authenticator = await registered();
    const { challengeId, methods } = await checkPassword();
    expect(methods).toEqual(['totp', 'passkey']);
    const options = await test.accounts.staff.passkeyOptions(challengeId);
    expect(options.allowCredentials?.map(({ id }) => id)).toEqual([
      authenticator.credentialId.toString('base64url'),
    ]);
    const signedIn = await signIn(challengeId, authenticator.answer(options.challenge));
    expect(signedIn.caller).toMatchObject({ userId: staff.staffId, kind: 'staff', roles: ['operator'] });
    expect(await refusalOf(signIn(challengeId, authenticator.answer(options.challenge)))).toBe(
      'staff_challenge_expired',
    );
  });

  it('signs in again and again, but not as a copy that has lost count', async () => {
    const authenticator = await registered();
    for (let time = 0; time < 2; time++) {
      const { challengeId } = await checkPassword();
      const { challenge } = await test.accounts.staff.passkeyOptions(challengeId);
      expect(await refusalOf(signIn(challengeId, authenticator.answer(challenge)))).toBe('ok');
    }
    authenticator.forgetCount();
    const { challengeId } = await checkPassword();
    const { challenge } = await test.accounts.staff.passkeyOptions(challengeId);
    expect(await refusalOf(signIn(challengeId, authenticator.answer(challenge)))).toBe('passkey_refused');
  });

  it('answers each question once, and only the one that was asked', async () => {
    const authenticator = await registered();
    const { challengeId } = await checkPassword();
    const { challenge } = await test.accounts.staff.passkeyOptions(challengeId);
    const elsewhere = new SoftwareAuthenticator('http://localhost:9999').answer(challenge);
    expect(await refusalOf(signIn(challengeId, elsewhere))).toBe('passkey_refused');
    // That try took the question away.
    expect(await refusalOf(signIn(challengeId, authenticator.answer(challenge)))).toBe('passkey_refused');
    const again = await test.accounts.staff.passkeyOptions(challengeId);
    expect(await refusalOf(signIn(challengeId, authenticator.answer(challenge)))).toBe('passkey_refused');
    expect(again.challenge).not.toBe(challenge);
    const last = await test.accounts.staff.passkeyOptions(challengeId);
    expect(await refusalOf(signIn(challengeId, authenticator.answer(last.challenge)))).toBe('ok');
  });

  it("refuses a tampered signature, another site's answer, nonsense, and another person's passkey", async () => {
    const authenticator = await registered();
    const other = await makeStaff(test, ['finance']);
    const othersKey = new SoftwareAuthenticator(SITE);
    await register(othersKey, (await signInStaff(test, other)).caller);
    const answers: ((challenge: string) => unknown)[] = [
      (challenge) => {
        const answer = authenticator.answer(challenge);
        return {
          ...answer,
          response: { ...answer.response, signature: answer.response.signature.slice(0, -8) },
        };
      },
      (challenge) => othersKey.answer(challenge),
      (challenge) => ({
        ...othersKey.answer(challenge),
        id: authenticator.credentialId.toString('base64url'),
      }),
      () => ({ id: authenticator.credentialId.toString('base64url'), type: 'public-key' }),
      () => null,
    ];
    for (const answer of answers) {
      const { challengeId } = await checkPassword();
      const { challenge } = await test.accounts.staff.passkeyOptions(challengeId);
      expect(await refusalOf(signIn(challengeId, answer(challenge)))).toBe('passkey_refused');
    }
  });

  it('is registered once, for a question of this session, on this site', async () => {
    const authenticator = await registered();
    expect(await refusalOf(register(authenticator))).toBe('passkey_already_registered');
    const foreign = new SoftwareAuthenticator('https://evil.example');
    expect(await refusalOf(register(foreign))).toBe('passkey_refused');
    const fresh = new SoftwareAuthenticator(SITE);
    const unasked = { credential: fresh.register('bm90IGFza2Vk'), label: 'x' };
    expect(await refusalOf(test.accounts.passkeys.register(caller, unasked, someClient()))).toBe(
      'passkey_refused',
    );
    const { challenge } = await test.accounts.passkeys.registrationOptions(caller);
    const otherSession = (await signInStaff(test, await makeStaff(test, ['finance']))).caller;
    const borrowed = { credential: fresh.register(challenge), label: 'x' };
    expect(await refusalOf(test.accounts.passkeys.register(otherSession, borrowed, someClient()))).toBe(
      'passkey_refused',
    );
  });

  it('is not offered to who has none, nor on a site that browsers give no passkeys to', async () => {
    const { challengeId } = await checkPassword();
    expect(await refusalOf(test.accounts.staff.passkeyOptions(challengeId))).toBe('passkey_not_available');
    await registered();
    for (const publicUrl of ['http://127.0.0.1:8080', 'http://pay.example.cn', 'https://[::1]:8080']) {
      const elsewhere = openAccounts(stack().db, { publicUrl });
      expect((await elsewhere.accounts.staff.checkPassword(staff, someClient())).methods).toEqual(['totp']);
      expect(await refusalOf(elsewhere.accounts.passkeys.registrationOptions(caller))).toBe(
        'passkey_not_available',
      );
    }
  });
});
