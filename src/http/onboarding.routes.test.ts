import {
  makeStaff,
  openAccounts,
  signInStaff,
  someClient,
  type TestAccounts,
} from '../../test/support/accounts.ts';
import { type CheckedApi, checkedApi } from '../../test/support/api.ts';
import { frameWith } from '../../test/support/http-app.ts';
import { openOnboarding, type TestOnboarding } from '../../test/support/onboarding.ts';
import { plainManifest } from '../../test/support/plain-agency.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import type { StaffRole } from '../accounts/index.ts';
import { onboardingRoutes } from './onboarding.routes.ts';
import { defineRoute } from './route.ts';

const SITE = 'http://localhost:8080';
const DAY_MS = 86_400_000;
let made = 0;

/** Somebody with a session: calls the API as them. */
interface Person {
  staffId: string;
  call(method: 'get' | 'post' | 'put' | 'delete', path: string): ReturnType<CheckedApi['get']>;
}

describeOnBothStacks('the API of onboarding', (stack) => {
  let test: TestAccounts;
  let under: TestOnboarding;
  let newBrowser: () => CheckedApi;
  let ann: Person;
  let ben: Person;
  let agent: Person;
  let id: string;

  beforeAll(async () => {
    test = openAccounts(stack().db, { publicUrl: SITE });
    const { accounts, clock, vault } = test;
    under = await openOnboarding({ db: stack().db, vault, clock });
    const { onboarding } = under;
    const forKeys = defineRoute({
      method: 'get',
      path: '/v1/agencies/{agencyId}/bill-files',
      operationId: 'listForKeys',
      tag: 'test',
      summary: 'What a key may see',
      access: 'operatorOrAgency',
      keyScope: 'billFiles',
      idempotency: 'none',
      request: {},
      responses: { 204: { description: 'Let in' } },
      problems: [],
      handler: async () => ({ status: 204 }),
    });
    const { app, openApi } = frameWith([...onboardingRoutes({ onboarding, accounts, clock }), forKeys], [], {
      authenticate: (token) => accounts.sessions.authenticate(token),
      authenticateKey: (key) => onboarding.keys.authenticate(key),
      csrfTokenFor: (token) => accounts.sessions.csrfTokenFor(token),
    });
    newBrowser = () => checkedApi(app, openApi);
  });

  beforeEach(async () => {
    id = `agency-${++made}`;
    test.clock.advance(60_000);
    [ann, ben] = [await person(['operator']), await person(['operator'])];
    agent = await person(['agency'], id);
  });

  async function person(roles: readonly StaffRole[], agencyId?: string): Promise<Person> {
    const staff = await makeStaff(test, roles, { agencyId });
    const { token } = await signInStaff(test, staff, someClient());
    const api = newBrowser();
    return {
      staffId: staff.staffId,
      call: (method, path) =>
        api[method](path)
          .set('cookie', `civicpay_session=${token}`)
          .set('x-csrf-token', test.accounts.sessions.csrfTokenFor(token)),
    };
  }
  const at = (rest: string) => `/v1/onboardings/${id}${rest}`;

  async function approved(): Promise<void> {
    await agent.call('put', at('/manifest')).send(plainManifest(id)).expect(200);
    await agent.call('post', at('/enter-sandbox')).expect(204);
    await agent.call('post', at('/conformance-reports')).send({ testAccounts: {} }).expect(201);
    const { body } = await agent.call('post', at('/submit')).expect(202);
    await ann.call('post', `/v1/approvals/${body.requestId}/approve`).expect(200);
  }

  it('leads an agency’s user and an operator from a draft to live', async () => {
    await approved();
    const { body: before } = await agent.call('get', at('')).expect(200);
    expect(before).toMatchObject({ stage: 'approved', status: 'notLive', missing: [] });
    await agent.call('post', at('/go-live')).send({}).expect(403);
    await ann
      .call('post', at('/go-live'))
      .send({ regions: ['440100'], sharePercent: 50 })
      .expect(204);
    const { body } = await agent.call('get', at('')).expect(200);
    expect(body).toMatchObject({
      stage: 'live',
      status: 'live',
      liveVersion: 1,
      rollout: { regions: ['440100'], sharePercent: 50 },
    });
    const { body: releases } = await agent.call('get', at('/releases')).expect(200);
    expect(releases.items).toMatchObject([{ version: 1, releasedBy: ann.staffId }]);
    const { body: list } = await ann.call('get', '/v1/onboardings?stage=live&limit=100').expect(200);
    expect(list.items.map((one: { agencyId: string }) => one.agencyId)).toContain(id);
  });

  it('shows versions, what differs, and reports', async () => {
    await approved();
    await agent
      .call('put', at('/manifest'))
      .send(plainManifest(id, { servicePhone: '95598' }))
      .expect(200, { version: 2 });
    const { body: versions } = await agent.call('get', at('/versions')).expect(200);
    expect(versions.items).toMatchObject([{ version: 2 }, { version: 1 }]);
    const { body: one } = await agent.call('get', at('/versions/2')).expect(200);
    expect(one.manifest).toMatchObject({ id, servicePhone: '95598' });
    await agent.call('get', at('/versions/3')).expect(404);
    const { body: diff } = await agent.call('get', at('/diff?from=1&to=2')).expect(200);
    expect(diff.items).toEqual([{ pointer: '/servicePhone', after: '95598' }]);
    const { body: reports } = await agent.call('get', at('/conformance-reports')).expect(200);
    expect(reports.items).toMatchObject([{ source: 'kit', passed: true, report: { agencyId: id } }]);
  });

  it('says in both languages where a manifest is wrong and what to do', async () => {
    const manifest = { ...plainManifest(id), capabilities: ['pay'], typo: 1 };
    const put = (language: string) =>
      agent.call('put', at('/manifest')).set('accept-language', language).send(manifest).expect(422);
    const { body } = await put('en');
    expect(body.code).toBe('manifest_invalid');
    expect(body.errors).toContainEqual({
      pointer: '#/capabilities',
      code: 'pay_needs_query_payment',
      detail:
        'Where there is pay there must be queryPayment: a payment that timed out has to be asked about.',
    });
    expect((await put('zh-CN')).body.errors[0].detail).toContain('capabilities');
  });

  it('keeps agencies’ users out of what is not theirs', async () => {
    await agent.call('put', at('/manifest')).send(plainManifest(id)).expect(200);
    const other = await person(['agency'], 'another-agency');
    for (const path of ['', '/versions', '/keys', '/settlement-account', '/users', '/notices']) {
      await other.call('get', at(path)).expect(403);
    }
    for (const path of ['/v1/onboardings', '/v1/approvals', '/v1/connections', '/v1/plug-ins']) {
      await agent.call('get', path).expect(403);
      await ann.call('get', path).expect(200);
    }
    await newBrowser().get(at('')).expect(401);
  });

  it('suspends with words for residents', async () => {
    await approved();
    await ann.call('post', at('/go-live')).send({}).expect(204);
    await ann.call('post', at('/suspend')).send({}).expect(422);
    const reason = { 'zh-CN': '系统升级。', en: 'Being upgraded.' };
    await ann.call('post', at('/suspend')).send({ reason }).expect(204);
    expect((await ann.call('get', at('')).expect(200)).body).toMatchObject({
      status: 'suspended',
      statusReason: reason,
    });
    await ann.call('post', at('/suspend')).send({ reason }).expect(409);
    await ann.call('post', at('/resume')).expect(204);
    await ann.call('post', at('/retire')).send({ reason }).expect(204);
    const { body } = await agent.call('get', at('/notices')).expect(200);
    expect(body.items.map((one: { kind: string }) => one.kind)).toContain('agency.retire');
  });

  it('lets an agency’s system in by its key, where the scope fits, at its agency', async () => {
    await agent.call('put', at('/manifest')).send(plainManifest(id)).expect(200);
    const keyWith = async (scopes: string[]) =>
      (await agent.call('post', at('/keys')).send({ label: 'ERP', scopes }).expect(201)).body;
    const { key, keyId } = await keyWith(['billFiles']);
    const { key: narrow } = await keyWith(['disputes']);
    const get = (path: string, bearer: string) =>
      newBrowser().get(path).set('authorization', `Bearer ${bearer}`);
    await get(`/v1/agencies/${id}/bill-files`, key).expect(204);
    await get(`/v1/agencies/another-agency/bill-files`, key).expect(403);
    await get(`/v1/agencies/${id}/bill-files`, narrow).expect(403);
    await get(at(''), key).expect(403);
    const { body: refused } = await get(`/v1/agencies/${id}/bill-files`, `${key}x`).expect(401);
    expect(refused.code).toBe('api_key_invalid');
    const { body: rotated } = await agent.call('post', at(`/keys/${keyId}/rotate`)).send({ overlapDays: 1 });
    await get(`/v1/agencies/${id}/bill-files`, key).expect(204);
    await get(`/v1/agencies/${id}/bill-files`, rotated.key).expect(204);
    await agent.call('delete', at(`/keys/${rotated.keyId}`)).expect(204);
    await get(`/v1/agencies/${id}/bill-files`, rotated.key).expect(401);
    const { body } = await agent.call('get', at('/keys')).expect(200);
    expect(JSON.stringify(body)).not.toContain(key.slice(-43));
    expect(body.items).toContainEqual(expect.objectContaining({ keyId, replacedBy: rotated.keyId }));
  });

  it('changes a settlement account by two people, a day later', async () => {
    await agent.call('put', at('/manifest')).send(plainManifest(id)).expect(200);
    const account = {
      holderName: '广州供电局',
      bankName: '中国工商银行广州分行',
      bankCode: '102581000013',
      accountNumber: '3602000109200123456',
    };
    const propose = (by: Person) => by.call('post', at('/settlement-account/changes')).send(account);
    const { body: first } = await propose(ann).expect(202);
    await propose(agent).expect(409);
    const { body: refused } = await ann.call('post', `/v1/approvals/${first.requestId}/approve`).expect(403);
    expect(refused.code).toBe('approval_by_submitter');
    const { body: approval } = await ben.call('post', `/v1/approvals/${first.requestId}/approve`).expect(200);
    expect(approval).toMatchObject({ state: 'waiting', summary: { maskedAccountNumber: '****3456' } });
    await agent
      .call('post', at(`/requests/${first.requestId}/withdraw`))
      .send({ reason: 'Not ours.' })
      .expect(200);
    const { body: second } = await propose(agent).expect(202);
    await ben.call('post', `/v1/approvals/${second.requestId}/approve`).expect(200);
    test.clock.advance(DAY_MS);
    agent = await person(['agency'], id);
    const { body } = await agent.call('get', at('/settlement-account')).expect(200);
    expect(body).toMatchObject({ current: { maskedAccountNumber: '****3456' }, pending: null });
    expect(JSON.stringify(body)).not.toContain(account.accountNumber);
  });

  it('gives an agency users, and takes them away', async () => {
    await agent.call('put', at('/manifest')).send(plainManifest(id)).expect(200);
    const user = { email: `user-${id}@example.cn`, displayName: '李会计' };
    await agent.call('post', at('/users')).send(user).expect(403);
    const { body } = await ann.call('post', at('/users')).send(user).expect(201);
    expect(body.password.length).toBeGreaterThanOrEqual(20);
    const { body: list } = await agent.call('get', at('/users')).expect(200);
    expect(list.items).toContainEqual(expect.objectContaining({ staffId: body.staffId, email: user.email }));
    await agent.call('delete', at(`/users/${body.staffId}`)).expect(204);
    await agent.call('delete', at(`/users/${body.staffId}`)).expect(404);
  });

  it('puts connections in place without ever showing their settings', async () => {
    const connection = {
      plug: 'provider',
      kind: 'plain',
      settings: {},
      limits: { concurrency: 1, ratePerSecond: 1 },
    };
    const put = (environment: string) =>
      ann.call('put', `/v1/connections/line-${id}`).send({ ...connection, environment });
    expect((await put('sandbox').expect(200)).body).toEqual({ requestId: null });
    const { requestId } = (await put('live').expect(200)).body;
    const { body: open } = await ben.call('get', `/v1/approvals?subjectId=line-${id}`).expect(200);
    expect(open.items).toMatchObject([{ requestId, kind: 'connection', state: 'open' }]);
    await ben.call('post', `/v1/approvals/${requestId}/return`).send({ reason: 'Which bank?' }).expect(200);
    const { body: all } = await ben.call('get', `/v1/approvals?subjectId=line-${id}&state=all`).expect(200);
    expect(all.items).toMatchObject([{ state: 'returned', reason: 'Which bank?', decidedBy: ben.staffId }]);
    const { body } = await ann.call('get', '/v1/connections').expect(200);
    expect(body.items).toContainEqual(
      expect.objectContaining({ connectionId: `line-${id}`, environment: 'sandbox' }),
    );
    await ann.call('post', `/v1/connections/line-${id}/test`).expect(200);
  });
});
