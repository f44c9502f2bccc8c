import {
  makeStaff,
  openAccounts,
  signInStaff,
  someClient,
  type TestAccounts,
} from '../../test/support/accounts.ts';
import { type CheckedApi, checkedApi } from '../../test/support/api.ts';
import { openBillerBank, type TestBillerBank, WATER } from '../../test/support/biller-bank.ts';
import { City } from '../../test/support/city.ts';
import { frameWith } from '../../test/support/http-app.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import type { StaffRole } from '../accounts/index.ts';
import { createOnboarding } from '../agencies/index.ts';
import { PLUG_INS } from '../app/plug-ins.ts';
import { onboardingRoutes } from './onboarding.routes.ts';

const SITE = 'http://localhost:8080';
const PATH = '/v1/connections/some-bank/catalogue';

describeOnBothStacks('the API of catalogues', (stack) => {
  let test: TestAccounts;
  let city: City;
  let bank: TestBillerBank;
  let newBrowser: () => CheckedApi;

  beforeAll(async () => {
    test = openAccounts(stack().db, { publicUrl: SITE });
    city = await City.start(stack());
    bank = await openBillerBank(2_000);
    const { accounts, clock } = test;
    const { vault, agencies } = city;
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const foundation = { db: stack().db, vault, clock, agencies, log };
    const onboarding = createOnboarding({ ...foundation, plugIns: PLUG_INS, conformanceKits: {} });
    await agencies.putConnection({
      connectionId: 'some-bank',
      plug: 'provider',
      kind: 'bank-biller-channel',
      settings: bank.settings,
      limits: { concurrency: 50, ratePerSecond: 1_000 },
    });
    const { app, openApi } = frameWith(onboardingRoutes({ onboarding, accounts, clock }), [], {
      authenticate: (token) => accounts.sessions.authenticate(token),
      csrfTokenFor: (token) => accounts.sessions.csrfTokenFor(token),
    });
    newBrowser = () => checkedApi(app, openApi);
  });
  afterAll(async () => {
    await bank?.stop();
    await city?.stop();
  });

  async function person(roles: readonly StaffRole[]) {
    const { token } = await signInStaff(test, await makeStaff(test, roles), someClient());
    const api = newBrowser();
    return (method: 'get' | 'post', path: string) =>
      api[method](path)
        .set('cookie', `civicpay_session=${token}`)
        .set('x-csrf-token', test.accounts.sessions.csrfTokenFor(token));
  }

  it('shows differences to operators alone, and takes two of them to let them hold', async () => {
    const [ann, ben, finance] = [
      await person(['operator']),
      await person(['operator']),
      await person(['finance']),
    ];
    expect((await finance('post', `${PATH}/sync`)).status).toBe(403);
    expect((await ann('get', PATH)).body).toMatchObject({ code: 'catalogue_not_synced' });
    const synced = await ann('post', `${PATH}/sync`);
    expect(synced.status).toBe(200);
    expect(synced.body).toMatchObject({ listedCount: 4 });
    const { revisionId, entries } = synced.body as {
      revisionId: string;
      entries: { agencyCode: string; agencyId: string }[];
    };
    expect((await ann('get', PATH)).body).toEqual(synced.body);

    const submit = (body: object) => ann('post', `${PATH}/submissions`).send(body);
    expect((await submit({ revisionId, agencyCodes: [] })).status).toBe(422);
    expect((await submit({ revisionId, agencyCodes: ['X'] })).body).toMatchObject({
      code: 'catalogue_entry_unknown',
      params: { agencyCodes: 'X' },
    });
    const { body } = await submit({ revisionId, agencyCodes: [WATER] });
    const { requestId } = body as { requestId: string };
    const approve = (by: typeof ann) => by('post', `/v1/approvals/${requestId}/approve`);
    expect((await approve(ann)).body).toMatchObject({ code: 'approval_by_submitter' });
    expect((await approve(ben)).body).toMatchObject({ kind: 'catalogue', state: 'approved' });
    const water = entries.find(({ agencyCode }) => agencyCode === WATER)?.agencyId ?? '';
    expect(await city.agencies.getAgency(water)).toMatchObject({ status: 'live' });
    expect(((await ann('get', PATH)).body as { entries: unknown[] }).entries).toHaveLength(3);
  });
});
