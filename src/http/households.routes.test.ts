import { createTestVault } from '../../test/support/accounts.ts';
import { type CheckedApi, checkedApi } from '../../test/support/api.ts';
import { commandOf, cookieOf, frameWith, someCaller } from '../../test/support/http-app.ts';
import { openPlainAgencies, plainManifest } from '../../test/support/plain-agency.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { createBilling } from '../billing/index.ts';
import { SavedAccounts } from '../households/index.ts';
import { createLogger } from '../infra/log/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { householdsRoutes } from './households.routes.ts';

const [one, other] = [1, 2].map((shard) => someCaller('resident', newId('res', Date.now(), shard))) as [
  ReturnType<typeof someCaller>,
  ReturnType<typeof someCaller>,
];
const operator = someCaller('operator');

describeOnBothStacks('the API of saved accounts', (stack) => {
  let api: CheckedApi;
  let logged: string[];

  beforeAll(async () => {
    const common = { db: stack().db, vault: createTestVault(), clock: systemClock };
    const { agencies } = await openPlainAgencies(common);
    await agencies.publishManifest(plainManifest('plain-power'));
    const log = createLogger({ level: 'silent', service: 'test' });
    const billing = createBilling({ ...common, log, agencies, publicUrl: 'http://x', sendTasks: () => {} });
    const savedAccounts = new SavedAccounts({
      ...common,
      agencies,
      queryBills: (...asked) => billing.queries.query(...asked),
    });
    const frame = frameWith(householdsRoutes({ savedAccounts, agencies }), [one, other, operator]);
    api = checkedApi(frame.app, frame.openApi);
    logged = frame.logged;
  });

  const save = (body: object, caller = one) =>
    api.post('/v1/saved-accounts').set(commandOf(caller)).send(body);
  const list = async (caller = one) => {
    const { body } = await api.get('/v1/saved-accounts').set('cookie', cookieOf(caller)).expect(200);
    return body.items;
  };

  it('keeps an account, lists it, renames it and lets it go', async () => {
    const { body } = await save({
      agencyId: 'plain-power',
      inputs: { accountNumber: '1234567890' },
      label: ' 爸妈家 ',
    }).expect(201);
    expect(body).toMatchObject({
      savedAccountId: expect.stringMatching(/^sav_/),
      agency: { agencyId: 'plain-power' },
      label: '爸妈家',
      maskedAccount: '****7890',
      holder: { maskedName: '张*', maskedAddress: '天河区****' },
    });
    expect(JSON.stringify(body)).not.toContain('1234567890');
    expect(await list()).toEqual([body]);
    const again = await save({ agencyId: 'plain-power', inputs: { accountNumber: '1234567890' } }).expect(
      201,
    );
    expect(again.body).toEqual(body);

    const url = `/v1/saved-accounts/${body.savedAccountId}`;
    const renamed = await api.patch(url).set(commandOf(one)).send({ label: '外婆家' }).expect(200);
    expect(renamed.body).toEqual({ ...body, label: '外婆家' });
    await api.delete(url).set(commandOf(one)).expect(204);
    expect((await api.delete(url).set(commandOf(one)).expect(404)).body.code).toBe('saved_account_not_found');
    expect(await list()).toEqual([]);
  });

  it('says in the agency’s own words what is wrong with the account', async () => {
    const { body } = await save({ agencyId: 'plain-power', inputs: { accountNumber: '12' } }).expect(422);
    expect(body).toMatchObject({
      code: 'inputs_invalid',
      errors: [{ pointer: '#/inputs/accountNumber', code: 'pattern_mismatch', detail: '户号是 10 位数字' }],
    });
    const missing = await save({ agencyId: 'plain-power', inputs: {} })
      .set('accept-language', 'en')
      .expect(422);
    expect(missing.body.errors).toEqual([
      { pointer: '#/inputs/accountNumber', code: 'required', detail: 'This is required.' },
    ]);
  });

  it('tells an account that does not exist from one that cannot be asked about', async () => {
    const unknown = await save({ agencyId: 'plain-power', inputs: { accountNumber: '4000000000' } }).expect(
      409,
    );
    expect(unknown.body).toMatchObject({ code: 'account_not_found', title: '缴费单位没有这个户号' });
    const { body } = await save({ agencyId: 'plain-power', inputs: { accountNumber: '5000000000' } }).expect(
      201,
    );
    expect(body.holder).toBeNull();
    expect((await save({ agencyId: 'nobody', inputs: {} }).expect(404)).body.code).toBe('agency_not_found');
  });

  it('lets nobody at another resident’s accounts', async () => {
    const { body } = await save({ agencyId: 'plain-power', inputs: { accountNumber: '7777777777' } }).expect(
      201,
    );
    expect(await list(other)).toEqual([]);
    const url = `/v1/saved-accounts/${body.savedAccountId}`;
    await api.patch(url).set(commandOf(other)).send({ label: 'x' }).expect(404);
    await api.delete(url).set(commandOf(other)).expect(404);
    await api.get('/v1/saved-accounts').set('cookie', cookieOf(operator)).expect(403);
    await api.get('/v1/saved-accounts').set('cookie', '').expect(401);
    await api.patch(url).set('cookie', cookieOf(one)).send({ label: 'x' }).expect(403); // no CSRF token
    expect((await list()).map((item: { label: string }) => item.label)).not.toContain('x');
  });

  it('writes no account number to the log', () => {
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.join()).not.toMatch(/1234567890|4000000000|5000000000|7777777777/);
  });
});
