import {
  makeStaff,
  openAccounts,
  signInResident,
  signInStaff,
  someClient,
  somePhone,
  type TestAccounts,
} from '../../test/support/accounts.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

describeOnBothStacks('sessions', (stack) => {
  let test: TestAccounts;
  beforeEach(() => {
    test = openAccounts(stack().db);
  });

  const authenticate = (token: string) => test.accounts.sessions.authenticate(token);
  const storedSession = (sessionId: string) =>
    stack().db('sessions').where({ session_id: sessionId }).first();

  it('gives the caller back for the token, and stores no token', async () => {
    const { token, caller } = await signInResident(test);
    expect(await authenticate(token)).toEqual(caller);
    const secret = token.split('.')[1];
    expect(JSON.stringify(await storedSession(caller.sessionId))).not.toContain(secret);
  });

  it('knows no token that is changed, made up, or half of another', async () => {
    const one = await signInResident(test);
    const other = await signInResident(test);
    const [id, secret = ''] = one.token.split('.');
    const tampered = `${id}.${secret.slice(0, -2)}${secret.endsWith('AA') ? 'BB' : 'AA'}`;
    const mixed = `${id}.${other.token.split('.')[1]}`;
    for (const token of ['', '.', id ?? '', `${id}.`, tampered, mixed, `${one.token}x`, ` ${one.token}`]) {
      expect(await authenticate(token)).toBeNull();
    }
  });

  it('ends a resident session after 7 days unused or 30 days in all', async () => {
    const idle = await signInResident(test);
    test.clock.advance(7 * DAY_MS - 1);
    expect(await authenticate(idle.token)).not.toBeNull();
    test.clock.advance(7 * DAY_MS);
    expect(await authenticate(idle.token)).toBeNull();

    const busy = await signInResident(test);
    for (let day = 1; day < 30; day++) {
      test.clock.advance(DAY_MS);
      expect(await authenticate(busy.token)).not.toBeNull();
    }
    test.clock.advance(DAY_MS);
    expect(await authenticate(busy.token)).toBeNull();
  });

  it('ends a staff session after 30 minutes unused or 12 hours in all', async () => {
    const staff = await makeStaff(test, ['operator']);
    const idle = await signInStaff(test, staff);
    test.clock.advance(30 * MINUTE_MS);
    expect(await authenticate(idle.token)).toBeNull();

    const busy = await signInStaff(test, staff);
    for (let minute = 20; minute < 12 * 60; minute += 20) {
      test.clock.advance(20 * MINUTE_MS);
      expect(await authenticate(busy.token)).not.toBeNull();
    }
    test.clock.advance(20 * MINUTE_MS);
    expect(await authenticate(busy.token)).toBeNull();
  });

  it('notes that a session is in use at most once a minute', async () => {
    const { token, caller } = await signInResident(test);
    const lastSeenAtMs = async () => Number((await storedSession(caller.sessionId)).last_seen_at_ms);
    const begunAtMs = test.clock.nowMs();
    test.clock.advance(MINUTE_MS - 1);
    await authenticate(token);
    expect(await lastSeenAtMs()).toBe(begunAtMs);
    test.clock.advance(1);
    await Promise.all([authenticate(token), authenticate(token)]);
    expect(await lastSeenAtMs()).toBe(begunAtMs + MINUTE_MS);
  });

  it('gives a new token at sign-in and ends the session the client came with, and no other', async () => {
    const phone = somePhone();
    const before = await signInResident(test, phone);
    const bystander = await signInResident(test);
    test.clock.advance(MINUTE_MS);
    const after = await signInResident(test, phone, someClient(before.token));
    expect(await authenticate(before.token)).toBeNull();
    expect(await authenticate(after.token)).toEqual(after.caller);
    // Knowing the id of somebody's session is not enough to end it.
    const forged = `${bystander.caller.sessionId}.${'A'.repeat(43)}`;
    await signInResident(test, somePhone(), someClient(forged));
    expect(await authenticate(bystander.token)).not.toBeNull();
  });

  it('signs out here, or everywhere, and only oneself', async () => {
    const phone = somePhone();
    const one = await signInResident(test, phone);
    test.clock.advance(MINUTE_MS);
    const two = await signInResident(test, phone);
    test.clock.advance(MINUTE_MS);
    const three = await signInResident(test, phone);
    const bystander = await signInResident(test);
    await test.accounts.sessions.signOut(one.caller, someClient());
    expect(await authenticate(one.token)).toBeNull();
    expect(await authenticate(two.token)).not.toBeNull();
    await test.accounts.sessions.signOutEverywhere(two.caller, someClient());
    expect(await authenticate(two.token)).toBeNull();
    expect(await authenticate(three.token)).toBeNull();
    expect(await authenticate(bystander.token)).not.toBeNull();
  });

  it('knows within seconds that a session was ended in another process', async () => {
    const { token, caller } = await signInResident(test);
    const elsewhere = openAccounts(stack().db);
    expect(await elsewhere.accounts.sessions.authenticate(token)).toEqual(caller);
    await test.accounts.sessions.signOut(caller, someClient());
    elsewhere.clock.advance(3_000);
    expect(await elsewhere.accounts.sessions.authenticate(token)).toBeNull();
  });

  it('gives each session a CSRF token of its own that does not give the session away', async () => {
    const { csrfTokenFor } = test.accounts.sessions;
    const of = csrfTokenFor.bind(test.accounts.sessions);
    const [one, other] = [await signInResident(test), await signInResident(test)];
    expect(of(one.token)).toBe(of(one.token));
    expect(of(one.token)).not.toBe(of(other.token));
    expect(one.token).not.toContain(of(one.token));
  });

  it('purges what nobody can use any more, and nothing else', async () => {
    const old = await signInResident(test);
    test.clock.advance(29 * DAY_MS);
    const kept = await signInResident(test);
    test.clock.advance(DAY_MS + 1);
    await test.accounts.purgeExpired();
    expect(await storedSession(old.caller.sessionId)).toBeUndefined();
    expect(await authenticate(kept.token)).not.toBeNull();
    const { db } = stack();
    for (const table of ['sign_in_codes', 'sms_messages', 'sign_in_guards'])
      expect(await db(table)).toEqual([]);
    expect(await test.accounts.purgeExpired()).toBe(0);
  });
});
