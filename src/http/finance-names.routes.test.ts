import { createTestVault, makeStaff, openAccounts } from '../../test/support/accounts.ts';
import { type CheckedApi, checkedApi } from '../../test/support/api.ts';
import { cookieOf, frameWith, someCaller } from '../../test/support/http-app.ts';
import {
  openPlainAgencies,
  PLAIN_CHANNEL,
  PLAIN_CONNECTION,
  plainManifest,
} from '../../test/support/plain-agency.ts';
import { describeOnStack } from '../../test/support/stacks.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import type { StatementSource } from '../reconciliation/index.ts';
import { financeNamesRoutes } from './finance-names.routes.ts';

const finance = someCaller('finance');
const agencyUser = someCaller('agency');
const nameOf = (id: string) => ({ 'zh-CN': `${id} 单位`, en: `Agency ${id}` });
const SOURCES: Pick<StatementSource, 'sourceId' | 'role'>[] = [
  { sourceId: PLAIN_CHANNEL, role: 'channel' },
  { sourceId: PLAIN_CONNECTION, role: 'agency' },
];

describeOnStack('embedded', 'what finance’s ids are called', (stack) => {
  let api: CheckedApi;
  let publish: (id: string) => Promise<unknown>;
  const clock = new TestClock();

  beforeAll(async () => {
    const { db } = stack();
    const { agencies } = await openPlainAgencies({ db, vault: createTestVault(), clock });
    publish = (id) => agencies.publishManifest(plainManifest(id, { agencyCode: id, names: nameOf(id) }));
    const people = openAccounts(db);
    await makeStaff(people, ['finance']);
    const sources = {
      // No file ever comes from the plain agency; what its source is called is the same.
      list: async () => SOURCES as StatementSource[],
    };
    const staff = people.accounts.staffDirectory;
    const routes = financeNamesRoutes({ agencies, sources, staff, clock });
    const { app, openApi } = frameWith(routes, [finance, agencyUser]);
    api = checkedApi(app, openApi);
  });
  const get = (path: string, caller = finance) => api.get(path).set('cookie', cookieOf(caller));
  const names = async () => (await get('/v1/finance-names').expect(200)).body;

  it('are told to finance, and not to agencies', async () => {
    await publish('a-school');
    const { sources, staff } = await names();
    expect(sources).toMatchObject([
      { sourceId: PLAIN_CHANNEL, role: 'channel', names: { 'zh-CN': '测试银行', en: 'Test bank' } },
      { sourceId: PLAIN_CONNECTION, role: 'agency', names: nameOf('a-school') },
    ]);
    expect(staff).toMatchObject([{ displayName: expect.any(String) }]);
    await get('/v1/finance-names', agencyUser).expect(403);
    await get('/v1/finance-names/agencies?ids=a-school', agencyUser).expect(403);
  });

  it('name the agencies that are asked for, and pass over what there is not', async () => {
    const named = (ids: string) => get(`/v1/finance-names/agencies?ids=${ids}`);
    expect((await named('a-school,a-school,long-gone').expect(200)).body).toEqual({
      items: [{ agencyId: 'a-school', names: nameOf('a-school') }],
    });
    const many = Array.from({ length: 101 }, (_, at) => `school-${at}`).join(',');
    for (const ids of ['', 'Nonsense!', many]) await named(ids).expect(400);
  });

  it('call a connection that carries many after the first of them', async () => {
    for (const id of ['b-school', 'c-school']) await publish(id);
    clock.advance(60_000);
    const { sources } = await names();
    expect(sources[1].names).toEqual({
      'zh-CN': 'a-school 单位、b-school 单位等 3 家',
      en: 'Agency a-school, Agency b-school and 1 more',
    });
  });
});
