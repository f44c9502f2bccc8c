import {
  openAccounts,
  receiveCode,
  refusalOf,
  signInResident,
  someClient,
  somePhone,
  type TestAccounts,
} from '../../test/support/accounts.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { createAccounts } from './index.ts';

const MINUTE_MS = 60_000;

describeOnBothStacks('resident sign-in', (stack) => {
  let test: TestAccounts;
  beforeEach(() => {
    test = openAccounts(stack().db);
  });

  const signIn = (attempt: { challengeId: string; code: string }) =>
    test.accounts.residents.signIn(attempt, someClient());
  const wrong = (code: string) => (code === '000000' ? '000001' : '000000');

  it('makes the resident at the first sign-in and finds the same one at the next', async () => {
    const phone = somePhone();
    const first = await signInResident(test, phone);
    expect(first.caller).toMatchObject({
      kind: 'resident',
      roles: ['resident'],
      agencyId: null,
      displayName: `139****${phone.slice(-4)}`,
    });
    test.clock.advance(MINUTE_MS);
    const again = await signInResident(test, phone);
    expect(again.caller.userId).toBe(first.caller.userId);
    expect(again.caller.sessionId).not.toBe(first.caller.sessionId);
  });

  it('keeps no phone, code or message readable', async () => {
    const phone = somePhone();
    const { code } = await receiveCode(test, phone);
    test.clock.advance(MINUTE_MS);
    await signInResident(test, phone);
    const { db } = stack();
    const tables = [
      'residents',
      'sign_in_codes',
      'sms_messages',
      'sessions',
      'audit_events',
      'sign_in_guards',
    ];
    for (const table of tables) {
      const rows = JSON.stringify(await db(table));
      expect(rows).not.toContain(phone);
      expect(rows).not.toContain(`"${code}"`);
      expect(rows).not.toContain('****');
    }
    expect(JSON.stringify(test.logged)).not.toContain(phone);
  });

  it('opens exactly one session for one code, however many ask at once', async () => {
    const attempt = await receiveCode(test, somePhone());
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => signIn(attempt)));
    const signedIn = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
    expect(signedIn).toHaveLength(1);
    expect(refused).toEqual(Array(19).fill('code_expired'));
    const sessions = await stack().db('sessions').where({ user_id: signedIn[0]?.caller.userId });
    expect(sessions).toHaveLength(1);
  });

  it('makes one resident of one phone that signs in twice at once', async () => {
    const phone = somePhone();
    const one = await receiveCode(test, phone);
    test.clock.advance(MINUTE_MS);
    const other = await receiveCode(test, phone);
    const [first, second] = await Promise.all([signIn(one), signIn(other)]);
    expect(first.caller.userId).toBe(second.caller.userId);
  });

  it('counts every wrong try, also those made at once, and closes after the fifth', async () => {
    const { challengeId, code } = await receiveCode(test, somePhone());
    const tries = Array.from({ length: 8 }, () => refusalOf(signIn({ challengeId, code: wrong(code) })));
    const results = (await Promise.all(tries)).sort();
    expect(results).toEqual([...Array(4).fill('code_tries_used_up'), ...Array(4).fill('code_wrong')]);
    expect(await refusalOf(signIn({ challengeId, code }))).toBe('code_tries_used_up');
  });

  it('says how many tries are left, and takes the right code at the last', async () => {
    const { challengeId, code } = await receiveCode(test, somePhone());
    for (const triesLeft of [4, 3, 2, 1]) {
      await expect(signIn({ challengeId, code: wrong(code) })).rejects.toMatchObject({
        code: 'code_wrong',
        params: { triesLeft },
      });
    }
    expect((await signIn({ challengeId, code })).caller.kind).toBe('resident');
  });

  it('refuses a code that is five minutes old, one that was never sent, and one of another challenge', async () => {
    const attempt = await receiveCode(test, somePhone());
    const other = await receiveCode(test, somePhone());
    if (other.code !== attempt.code) {
      expect(await refusalOf(signIn({ challengeId: other.challengeId, code: attempt.code }))).toBe(
        'code_wrong',
      );
    }
    test.clock.advance(5 * MINUTE_MS);
    expect(await refusalOf(signIn(attempt))).toBe('code_expired');
    for (const challengeId of ['', 'otc_', `otc_${'0'.repeat(26)}`, "' or 1=1 --"]) {
      expect(await refusalOf(signIn({ ...attempt, challengeId }))).toBe('code_expired');
    }
  });

  it('sends a phone one code a minute and five an hour, from wherever it is asked', async () => {
    const phone = somePhone();
    const ask = () => test.accounts.residents.requestCode(phone, someClient());
    const atOnce = await Promise.all(Array.from({ length: 10 }, () => refusalOf(ask())));
    expect(atOnce.filter((result) => result === 'ok')).toHaveLength(1);
    await expect(ask()).rejects.toMatchObject({ code: 'code_asked_too_often', retryAfterSeconds: 60 });
    for (let sent = 2; sent <= 5; sent++) {
      test.clock.advance(MINUTE_MS);
      await ask();
    }
    test.clock.advance(MINUTE_MS);
    await expect(ask()).rejects.toMatchObject({ code: 'code_asked_too_often', retryAfterSeconds: 55 * 60 });
    test.clock.advance(55 * MINUTE_MS);
    expect(await refusalOf(ask())).toBe('ok');
  });

  it('holds one address to its limit over many phones, and lets another go on', async () => {
    const { db } = stack();
    const config = {
      publicUrl: 'http://localhost',
      smsSender: test.sms,
      codeLimits: { perPhonePerHour: 5, perAddressPerHour: 3, resendAfterMs: MINUTE_MS },
    };
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const { residents } = createAccounts({ db, vault: test.vault, clock: test.clock, log, config });
    const client = someClient();
    const ask = (from = client) => refusalOf(residents.requestCode(somePhone(), from));
    expect(await Promise.all([ask(), ask(), ask(), ask(), ask()])).toEqual(
      expect.arrayContaining([...Array(3).fill('ok'), ...Array(2).fill('code_asked_too_often')]),
    );
    expect(await ask({ ...client, address: `::ffff:${client.address}` })).toBe('code_asked_too_often');
    expect(await ask(someClient())).toBe('ok');
  });

  it('says so when text messages are not set up, or not sent', async () => {
    const { db } = stack();
    const { vault, clock, logged } = test;
    const log = { debug() {}, info() {}, warn() {}, error: (...what: unknown[]) => void logged.push(what) };
    const publicUrl = 'http://localhost';
    const none = createAccounts({ db, vault, clock, log, config: { publicUrl, smsSender: null } });
    expect(await refusalOf(none.residents.requestCode(somePhone(), someClient()))).toBe('sms_not_configured');
    const smsSender = { send: () => Promise.reject(new Error('gateway down')) };
    const broken = createAccounts({ db, vault, clock, log, config: { publicUrl, smsSender } });
    expect(await refusalOf(broken.residents.requestCode(somePhone(), someClient()))).toBe('sms_not_sent');
    expect(logged).toHaveLength(1);
  });

  it('refuses what is not a mainland mobile number', async () => {
    for (const phone of ['', '12345', '010-12345678', '+1 415 555 0100']) {
      await expect(test.accounts.residents.requestCode(phone, someClient())).rejects.toMatchObject({
        code: 'phone_invalid',
        fields: [{ pointer: '#/phone', code: 'wrong_format' }],
      });
    }
  });
});
