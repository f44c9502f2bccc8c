import {
  makeStaff,
  openAccounts,
  somePhone,
  type TestAccounts,
  type TestStaff,
  totpNow,
} from '../../test/support/accounts.ts';
import { type CheckedApi, checkedApi } from '../../test/support/api.ts';
import { SoftwareAuthenticator } from '../../test/support/authenticator.ts';
import { frameWith } from '../../test/support/http-app.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { readDemoSignIns } from '../accounts/index.ts';
import { accountsRoutes } from './accounts.routes.ts';

const SITE = 'http://localhost:8080';
const DAY_MS = 86_400_000;
let testsBegun = 0;

describeOnBothStacks('routes of accounts', (stack) => {
  let test: TestAccounts;
  let logged: string[];
  let staff: TestStaff;
  /** A browser of its own: every call keeps one cookie jar. */
  let newBrowser: () => CheckedApi;
  let api: CheckedApi;

  beforeEach(async () => {
    test = openAccounts(stack().db, { publicUrl: SITE });
    staff = await makeStaff(test, ['operator']);
    const { accounts, clock, vault, sms } = test;
    const people = {
      residents: [{ phone: '13800138000', note: '有三期电费待缴' }],
      staff: [{ email: staff.email, password: staff.password, role: 'operator' as const }],
    };
    const demo = {
      signIns: () => readDemoSignIns({ db: stack().db, vault, clock }, people),
      messages: (limit: number) => sms.latest(limit),
    };
    const frame = frameWith(accountsRoutes({ accounts, publicUrl: SITE, demo }), [], {
      authenticate: (token) => accounts.sessions.authenticate(token),
      csrfTokenFor: (token) => accounts.sessions.csrfTokenFor(token),
      config: { publicUrl: SITE, requestsPerMinute: 1_000_000, trustProxy: true },
    });
    logged = frame.logged;
    newBrowser = () => checkedApi(frame.app, frame.openApi);
    api = newBrowser();
    // Inbox and audit trail are shared by the tests: what this one does comes last.
    clock.advance(++testsBegun * DAY_MS);
  });

  const signInResident = async (browser: CheckedApi, phone = somePhone()) => {
    const { body: challenge } = await browser.post('/v1/sign-in/codes').send({ phone }).expect(202);
    const { body: inbox } = await browser.get('/v1/demo/sms-messages').expect(200);
    const message = inbox.items.find((item: { phone: string }) => item.phone === phone);
    const code = /\d{6}/.exec(message.text)?.[0];
    const { challengeId } = challenge;
    return browser.post('/v1/sign-in/sessions').send({ challengeId, code }).expect(201);
  };
  const signInStaff = async (browser: CheckedApi) => {
    const { email, password } = staff;
    const { body } = await browser.post('/v1/staff-sign-in/password').send({ email, password }).expect(200);
    const attempt = { challengeId: body.challengeId, code: totpNow(test, staff) };
    return browser.post('/v1/staff-sign-in/totp').send(attempt).expect(201);
  };

  it('walks a resident from the phone to a session and out again', async () => {
    const { body: nobody } = await api.get('/v1/session').expect(200);
    expect(nobody).toEqual({ user: null, csrfToken: null, demo: true });
    const phone = somePhone();
    const signedIn = await signInResident(api, phone);
    const cookie = signedIn.headers['set-cookie']?.[0] ?? '';
    expect(cookie).toMatch(
      /^civicpay_session=ses_\w{26}\.[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const { body: session } = await api.get('/v1/session').expect(200);
    expect(session).toEqual({ ...signedIn.body, demo: true });
    expect(session.user).toMatchObject({ kind: 'resident', displayName: `139****${phone.slice(-4)}` });

    expect((await api.delete('/v1/session').expect(403)).body.code).toBe('csrf_token_invalid');
    await api.delete('/v1/session').set('x-csrf-token', session.csrfToken).expect(204);
    expect((await api.get('/v1/session').expect(200)).body.user).toBeNull();
    await api.delete('/v1/session').expect(204);
    expect(logged.join()).not.toContain(phone);
  });

  it('signs out everywhere when asked to', async () => {
    const phone = somePhone();
    await signInResident(api, phone);
    test.clock.advance(60_000);
    const other = newBrowser();
    const { body } = await signInResident(other, phone);
    await other.delete('/v1/session?everywhere=true').set('x-csrf-token', body.csrfToken).expect(204);
    expect((await api.get('/v1/session').expect(200)).body.user).toBeNull();
  });

  it('says what is wrong with a phone or a code, in the reader’s language, and where', async () => {
    const phone = await api.post('/v1/sign-in/codes').send({ phone: '010-1234' }).expect(422);
    expect(phone.body).toMatchObject({
      code: 'phone_invalid',
      title: '手机号不正确',
      errors: [{ pointer: '#/phone', code: 'wrong_format' }],
    });
    const typed = { challengeId: 'otc_none', code: '12345' };
    const short = await api.post('/v1/sign-in/sessions').send(typed).expect(422);
    expect(short.body).toMatchObject({ code: 'validation_failed', errors: [{ pointer: '#/code' }] });
    const unknown = { challengeId: 'otc_none', code: '123456' };
    const expired = await api
      .post('/v1/sign-in/sessions')
      .set('accept-language', 'en')
      .send(unknown)
      .expect(410);
    expect(expired.body).toMatchObject({ code: 'code_expired', title: 'The code is no longer good' });
  });

  it('says how long to wait for the next code', async () => {
    const phone = somePhone();
    await api.post('/v1/sign-in/codes').send({ phone }).expect(202);
    const again = await api.post('/v1/sign-in/codes').send({ phone }).expect(429);
    expect(again.headers['retry-after']).toBe('60');
    expect(again.body).toMatchObject({
      code: 'code_asked_too_often',
      detail: '请在 60 秒后重新获取。',
      retryable: true,
      retryAfterSeconds: 60,
    });
  });

  it('refuses a sign-in that another site began', async () => {
    const forged = await api
      .post('/v1/sign-in/codes')
      .set('sec-fetch-site', 'cross-site')
      .send({ phone: somePhone() })
      .expect(403);
    expect(forged.body.code).toBe('cross_site_request');
  });

  it('walks staff through password and code, and refuses what is wrong', async () => {
    const { email, password } = staff;
    const wrong = await api.post('/v1/staff-sign-in/password').send({ email, password: 'guess' }).expect(401);
    expect(wrong.body.code).toBe('staff_sign_in_refused');
    const { body: challenge } = await api
      .post('/v1/staff-sign-in/password')
      .send({ email, password })
      .expect(200);
    expect(challenge.methods).toEqual(['totp']);
    const missed = { challengeId: challenge.challengeId, code: totpNow(test, staff, 5) };
    expect((await api.post('/v1/staff-sign-in/totp').send(missed).expect(422)).body.code).toBe('totp_wrong');
    const { body } = await signInStaff(api);
    expect(body.user).toMatchObject({ kind: 'staff', roles: ['operator'], displayName: '王经理' });
    expect(logged.join()).not.toContain(email);
  });

  it('registers a passkey and signs in with it', async () => {
    const authenticator = new SoftwareAuthenticator(SITE);
    await api.post('/v1/staff/passkeys/options').expect(401);
    const { csrfToken } = (await signInStaff(api)).body;
    const { body: asked } = await api
      .post('/v1/staff/passkeys/options')
      .set('x-csrf-token', csrfToken)
      .expect(200);
    const credential = authenticator.register(asked.options.challenge);
    const kept = await api
      .post('/v1/staff/passkeys')
      .set('x-csrf-token', csrfToken)
      .send({ credential, label: '办公电脑' })
      .expect(201);
    expect(kept.body.label).toBe('办公电脑');

    const browser = newBrowser();
    const { email, password } = staff;
    const { body } = await browser.post('/v1/staff-sign-in/password').send({ email, password }).expect(200);
    expect(body.methods).toEqual(['totp', 'passkey']);
    const { challengeId } = body;
    const question = await browser
      .post('/v1/staff-sign-in/passkey-options')
      .send({ challengeId })
      .expect(200);
    const answer = authenticator.answer(question.body.options.challenge);
    const attempt = { challengeId, credential: answer };
    const signedIn = await browser.post('/v1/staff-sign-in/passkey').send(attempt).expect(201);
    expect(signedIn.body.user.userId).toBe(staff.staffId);
  });

  it('tells a demo how to sign in as each of its people', async () => {
    const { body } = await api.get('/v1/demo/sign-ins').expect(200);
    expect(body.residents).toEqual([{ phone: '13800138000', note: '有三期电费待缴' }]);
    const [{ email, password, totpCode, role }] = body.staff;
    expect(role).toBe('operator');
    const { body: challenge } = await api
      .post('/v1/staff-sign-in/password')
      .send({ email, password })
      .expect(200);
    const attempt = { challengeId: challenge.challengeId, code: totpCode };
    await api.post('/v1/staff-sign-in/totp').send(attempt).expect(201);
  });

  it('shows neither inbox nor sign-ins outside a demo', async () => {
    const { accounts } = test;
    const real = frameWith(accountsRoutes({ accounts, publicUrl: 'https://pay.example.cn', demo: null }), []);
    const outside = checkedApi(real.app, real.openApi);
    for (const path of ['/v1/demo/sms-messages', '/v1/demo/sign-ins']) {
      expect((await outside.get(path).expect(404)).body.code).toBe('not_found');
    }
    expect((await outside.get('/v1/session').expect(200)).body.demo).toBe(false);
    const signedOut = await outside.delete('/v1/session').expect(204);
    expect(signedOut.headers['set-cookie']?.[0]).toContain('; Secure');
  });

  it('shows the audit trail to operators only, page by page', async () => {
    await api.get('/v1/ops/audit-events').expect(401);
    await signInResident(api);
    expect((await api.get('/v1/ops/audit-events').expect(403)).body.code).toBe('forbidden');
    const operator = newBrowser();
    const { body: me } = await signInStaff(operator);
    const { body: page } = await operator.get('/v1/ops/audit-events?limit=2').expect(200);
    expect(page.items).toHaveLength(2);
    const next = await operator.get(`/v1/ops/audit-events?limit=2&cursor=${page.nextCursor}`).expect(200);
    const all = [...page.items, ...next.body.items];
    expect(new Set(all.map(({ eventId }) => eventId)).size).toBe(all.length);
    expect(all.map(({ actor }) => actor.id)).toContain(me.user.userId);
    expect((await operator.get('/v1/ops/audit-events?cursor=nonsense').expect(400)).body.code).toBe(
      'cursor_invalid',
    );
  });
});
